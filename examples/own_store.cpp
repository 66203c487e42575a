// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store of one's own: a `memory_store` that keeps a journal in LMDB, which the library does not know. A change is in
// the journal before anybody can see it; opening the store repeats the journal.
//
// What this costs: all rows are in memory. Each change makes the next start longer. The file only grows, by one entry
// per start too, and keeps the sealed texts of revoked keys; to cut it, write all rows as the first entries of a new
// file. Reads wait while a change is written. One process at a time can open it, and no child made by `fork` can use
// it. The file must be on a local disk. A checksum finds damaged entries, but LMDB does not check its own pages.
//
// Build: g++ -std=c++20 -O1 own_store.cpp $(pkg-config --cflags --libs shearline lmdb) -o own_store
// Run:   ./own_store [KIB]    issues and rotates a key in keys.mdb of this folder; the next run finds it there
//        ./own_store --conformance [SEQUENCES]    tests the store against the contract of `key_store`
#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <unistd.h>

#include <iostream>
#include <variant>

#include <shearline/shearline.hpp>
#include <shearline/testing/store_conformance.hpp>
#include <shearline/testing/temporary_folder.hpp>

using namespace shearline;  // a store names some twenty types of the library

using pruning = std::pair<credential_id, std::uint32_t>;
using hash_binding = std::pair<std::string, std::string>;
using operation =
    std::variant<credential, record, change, audit_event, idempotency_entry, keyring_check, pruning, hash_binding>;

struct entry {  // of the journal: what a transaction has written, or what was used
    std::vector<operation> writes{};
    std::vector<usage> used{};
};

// The fields of each type, in the order in which they are stored. To store others, count `archive::version` up.
auto fields(entry& of) { return std::tie(of.writes, of.used); }
auto fields(pruning& of) { return std::tie(of.first, of.second); }
auto fields(hash_binding& of) { return std::tie(of.first, of.second); }
auto fields(stored_digest& of) { return std::tie(of.pepper, of.mac, of.hash); }
auto fields(sealed_text& of) { return std::tie(of.sealing_key, of.nonce, of.box); }
auto fields(keyring_check& of) { return std::tie(of.kind, of.number, of.check); }
auto fields(usage& of) { return std::tie(of.format, of.handle, of.last_used_at, of.uses); }
auto fields(change& of) { return std::tie(of.tag, of.kind, of.credential, of.version, of.at); }
auto fields(idempotency_entry& of) {
    return std::tie(of.token, of.arguments, of.credential, of.handle, of.created_at, of.expires_at);
}
auto fields(audit_event& of) {
    return std::tie(of.at, of.actor, of.action, of.tenant, of.credential, of.handle, of.source_address, of.reason);
}
auto fields(credential& of) {
    return std::tie(of.id, of.tenant, of.name, of.scopes, of.metadata, of.not_before, of.expires_at, of.suspended,
                    of.generation, of.version, of.created_at, of.revoked_at);
}
auto fields(record& of) {
    return std::tie(of.format, of.handle, of.credential, of.generation, of.state, of.digest, of.created_at,
                    of.retires_at, of.revoked_at, of.last_used_at, of.uses, of.sealed);
}

/// Values as bytes, numbers in the order of this machine. The same code writes and reads. `good` is false once bytes
/// were missing.
struct archive {
    static constexpr std::uint64_t version = 1;
    std::string bytes{};
    bool reads = false;
    bool good = true;
    std::size_t next = 0;  // to be read

    template <typename T>
    T& pass(T& value) {
        if constexpr (requires { fields(value); }) {
            std::apply([&](auto&... each) { (pass(each), ...); }, fields(value));
        } else if constexpr (std::has_unique_object_representations_v<T>) {  // a number, a time, an id, a digest
            if (!reads) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
            good = good && sizeof value <= bytes.size() - next;
            if (good && reads) bytes.copy(reinterpret_cast<char*>(&value), sizeof value, next);
            if (good) next += sizeof value;
        } else if constexpr (requires { value.has_value(); }) {
            if (read(value.has_value())) pass(reads ? value.emplace() : *value);
        } else if constexpr (requires { value.index(); }) {
            const std::size_t index = read(value.index());
            const auto blank = []<typename... Row>(const std::variant<Row...>&) {
                return std::array{T{Row{}}...};
            }(value);
            good = good && index < blank.size();
            if (good && reads) value = blank[index];
            std::visit([&](auto& each) { pass(each); }, value);
        } else {  // a text or a vector
            const std::size_t size = read(value.size());
            if (reads) value.resize(good && size <= bytes.size() ? size : 0);
            good = good && size == value.size();
            for (auto& each : value) pass(each);
        }
        return value;
    }
    template <typename T>
    T read(T value = {}) {
        return pass(value);
    }
};

/// Behaves as `memory_store` does, and what its calls have returned is durable. Models `key_store`. Thread-safe.
class journal_store : memory_store {
public:
    /// A transaction of the memory that also notes what it writes.
    struct transaction : memory_store::transaction {
        using of_memory = memory_store::transaction;
        entry noted{};

        auto insert(const auto& row) { return note(of_memory::insert(row), row); }
        auto update(const auto& row) { return note(of_memory::update(row), row); }
        auto append(const auto& row) { return note(of_memory::append(row), row); }
        auto prune(const credential_id& id, std::uint32_t below) {
            return note(of_memory::prune(id, below), pruning{id, below});
        }
        auto bind_hash(std::string_view format, const hash_name& hash) {
            return note(of_memory::bind_hash(format, hash), hash_binding{format, hash.view()});
        }
        template <typename Answer>
        Answer note(Answer answer, const operation& what) {
            if (answer) noted.writes.push_back(what);
            return answer;
        }
    };

    /// Opens a store, or creates it (mode 0600). Errors name the file: `corrupt`, `wrong_version`, `not_found` for a
    /// missing folder, `permission_denied`, and `unavailable` if it is open already.
    static result<std::unique_ptr<journal_store>> open(const std::string& path, std::size_t map_bytes = 1U << 30U) {
        std::unique_ptr<journal_store> made{new journal_store{path}};
        if (auto done = made->replay(map_bytes); !done) return std::move(done).error();
        return made;
    }
    ~journal_store() {
        ::mdb_env_close(m_env);
        ::close(m_file);
    }

    template <typename Body>
    auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        const std::scoped_lock lock{m_writes};
        return memory_store::transact([&](auto& begun) -> decltype(body(std::declval<transaction&>())) {
            transaction tx{begun};
            auto done = body(tx);
            if (done && !tx.noted.writes.empty())
                if (auto kept = keep(tx.noted); !kept) return std::move(kept).error();
            begun = std::move(tx);  // it is durable: now the memory commits it
            return done;
        });
    }
    result<void> record_usage(std::span<const usage> used) {
        if (used.empty()) return {};
        const std::scoped_lock lock{m_writes};
        const auto kept = keep({.used = {used.begin(), used.end()}});
        return kept ? memory_store::record_usage(used) : kept;
    }
    using memory_store::audit, memory_store::scan, memory_store::changes_after, memory_store::change_count;
    using memory_store::look_up, memory_store::head, memory_store::read, memory_store::read_live, memory_store::list;
    bool hears_changes() const noexcept { return !m_in_doubt && ::getpid() == m_opener; }

private:
    explicit journal_store(std::string path) : m_path{std::move(path)} {}

    error failure(int code) const {
        const auto is = [code](auto... any) { return ((code == any) || ...); };
        const errc kind = is(MDB_INVALID, MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_NOTFOUND) ? errc::corrupt
                          : is(MDB_VERSION_MISMATCH)                                      ? errc::wrong_version
                          : is(ENOENT)                                                    ? errc::not_found
                          : is(EACCES, EROFS, ELOOP)                                      ? errc::permission_denied
                                                                                          : errc::unavailable;
        const char* const advice = is(MDB_MAP_FULL)  ? ": nothing was written; open the store with a larger map"
                                   : is(EWOULDBLOCK) ? ": it is open already, here or in another process"
                                                     : "";
        return {kind, m_path + ": " + ::mdb_strerror(code) + advice};
    }

    /// Stores an entry, after its version and its checksum.
    result<void> keep(const entry& what) {
        if (!hears_changes())
            return error{errc::unavailable, m_path + ": after a fork or a failed commit: open it again"};
        archive body;
        body.read(what);
        archive whole;
        whole.read(std::array{archive::version, std::uint64_t{crc32::of(body.bytes)}});
        whole.bytes += body.bytes;
        std::uint64_t number = m_entries + 1;
        MDB_val key{sizeof number, &number};
        MDB_val value{whole.bytes.size(), whole.bytes.data()};
        MDB_txn* txn = nullptr;
        int code = ::mdb_txn_begin(m_env, nullptr, 0, &txn);
        if (code == 0) code = ::mdb_put(txn, m_rows, &key, &value, MDB_APPEND);
        if (code != 0) ::mdb_txn_abort(std::exchange(txn, nullptr));
        if (txn != nullptr) code = ::mdb_txn_commit(txn);
        if (code == 0) ++m_entries;
        if (code == 0) return {};
        // If LMDB can still begin a transaction, it has written nothing. If not, nobody knows what is on the disk.
        MDB_txn* next = nullptr;
        m_in_doubt = ::mdb_txn_begin(m_env, nullptr, MDB_RDONLY, &next) != 0;
        ::mdb_txn_abort(next);
        return m_in_doubt ? error{errc::in_doubt, failure(code).context()} : failure(code);
    }

    result<void> replay(std::size_t map_bytes) {
        m_file = ::open(m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (m_file < 0 || ::flock(m_file, LOCK_EX | LOCK_NB) != 0 || ::syncfs(m_file) != 0) return failure(errno);
        MDB_txn* txn = nullptr;
        MDB_stat about{};
        int code = ::mdb_env_create(&m_env);
        if (code == 0) code = ::mdb_env_set_mapsize(m_env, map_bytes);
        if (code == 0) code = ::mdb_env_open(m_env, m_path.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, 0600);
        if (code == 0) code = ::mdb_txn_begin(m_env, nullptr, 0, &txn);
        if (code == 0) code = ::mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY, &m_rows);
        if (code == 0) code = ::mdb_stat(txn, m_rows, &about);
        result<void> done;
        while (code == 0 && done && m_entries < about.ms_entries) {
            ++m_entries;
            MDB_val key{sizeof m_entries, &m_entries};
            MDB_val value{};
            code = ::mdb_get(txn, m_rows, &key, &value);
            if (code == 0) done = repeat({{static_cast<const char*>(value.mv_data), value.mv_size}, true});
        }
        if (code != 0 || !done) ::mdb_txn_abort(std::exchange(txn, nullptr));
        if (txn != nullptr) code = ::mdb_txn_commit(txn);
        return code != 0 ? failure(code) : done;
    }
    /// Does once more what an entry says.
    result<void> repeat(archive from) {
        const auto [by, check] = from.read<std::array<std::uint64_t, 2>>();
        if (by > archive::version) return error{errc::wrong_version, m_path + ": a newer program has written it"};
        from.good = by == archive::version && check == crc32::of(std::string_view{from.bytes}.substr(from.next));
        const auto what = from.read<entry>();
        const auto done = memory_store::transact([&](auto& tx) -> result<void> {
            const auto again = [&](const auto& row) { return repeat(tx, row); };
            for (const auto& each : what.writes) from.good = from.good && std::visit(again, each);
            if (from.good && from.next == from.bytes.size()) return {};
            return error{errc::corrupt, m_path + ": an entry is not what was written"};
        });
        return done ? memory_store::record_usage(what.used) : done;
    }
    template <typename Row>
    static bool repeat(auto& tx, const Row& row) {
        if constexpr (requires { tx.update(row); })
            if (tx.update(row)) return true;  // otherwise it was an `insert`
        if constexpr (requires { tx.insert(row); }) return tx.insert(row).has_value();
        if constexpr (requires { tx.append(row); }) return tx.append(row).has_value();
        if constexpr (std::same_as<Row, pruning>) return tx.prune(row.first, row.second).has_value();
        if constexpr (std::same_as<Row, hash_binding>) {
            const auto hash = hash_name::parse(row.second);
            return hash && tx.bind_hash(row.first, *hash);
        }
    }

    std::string m_path;
    ::pid_t m_opener = ::getpid();
    int m_file = -1;
    MDB_env* m_env = nullptr;
    MDB_dbi m_rows = 0;
    std::uint64_t m_entries = 0;
    std::mutex m_writes;
    std::atomic<bool> m_in_doubt{false};
};
static_assert(key_store<journal_store>);  // if a member is missing, `authority` says which one, and how to declare it

template <typename T>
T must(result<T> made) {
    if (made) return *std::move(made);
    std::cerr << "own_store: " << made.error().message() << '\n';
    std::exit(1);
}

void tell_story(std::size_t map_bytes) {
    const auto ring = must(keyring::open_or_create("keyring"));
    const auto store = must(journal_store::open("keys.mdb", map_bytes));
    auto keys = must(authority<policies<key_format<"acme">, recoverable>, journal_store>::open(*store, ring));
    const auto try_it = [&](std::string_view what, const secret_text& key) {
        const auto answer = keys.verify(key.reveal(unsafe_reveal));
        std::cout << what << (answer ? "opens" : to_string(answer.denial().reason())) << std::endl;
    };
    const request_context by{.actor = "ada"};
    if (const auto known = must(keys.list({.limit = 1})); known.items.empty()) {
        const auto first = must(keys.issue({.tenant = "acme", .name = "nightly sync"}, by));
        try_it("a new key: ", first.text);
        const auto second = must(keys.rotate(first.credential, by));
        try_it("it, after a rotation: ", first.text);
        try_it("the next key: ", second.text);
    } else {
        const auto& about = known.items.front().about;
        const auto text = must(keys.reveal(about.id, by));
        std::cout << "found: " << about.name << ", generation " << about.generation << '\n';
        try_it("its key, after a restart: ", text);
    }
}

struct place {  // what the suite asks for: a new, empty store, and to open it again
    using store_type = journal_store;
    std::unique_ptr<testing::temporary_folder> folder = std::make_unique<testing::temporary_folder>();
    std::unique_ptr<store_type> opened = must(store_type::open(folder->file("keys.mdb")));

    store_type& store() { return *opened; }
    void reopen() {
        opened.reset();  // first: the file is locked
        opened = must(store_type::open(folder->file("keys.mdb")));
    }
};

int main(int count, char** words) {
    const int at = count > 1 && std::string_view{words[1]} == "--conformance" ? 2 : 1;
    const std::string_view text = count > at ? words[at] : at == 2 ? "10" : "1048576";
    std::uint32_t number = 0;
    const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc{} || *stop != '\0' || count > at + 1)
        return (std::cerr << "usage: own_store [KIB | --conformance [SEQUENCES]]\n"), 2;
    if (at == 1) return tell_story(std::size_t{1024} * number), 0;
    const auto seen = testing::store_conformance([] { return place{}; }, {.sequences = number});
    std::cout << seen.message() << '\n';
    return seen ? 0 : 1;
}

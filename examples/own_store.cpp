// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store of one's own: a `memory_store` that keeps a journal in LMDB, which the library does not know. A change is in
// the journal before anybody can see it; opening the store repeats the journal. docs/your_own_store.md has the costs.
// Build: g++ -std=c++20 -O1 own_store.cpp $(pkg-config --cflags --libs shearline lmdb) -o own_store
// Run:   ./own_store [KIB]    issues and rotates a key in keys.mdb of this folder; the next run finds it there
//        ./own_store --conformance [SEQUENCES]    tests the store against the contract of `key_store`
#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <unistd.h>

#include <iostream>

#include <shearline/shearline.hpp>
#include <shearline/testing/store_conformance.hpp>
#include <shearline/testing/temporary_folder.hpp>

using namespace shearline;  // a store names some twenty types of the library

// The fields of each type, in the order in which they are stored. To store others, count `archive::version` up.
auto fields(metadata::value_type& x) { return std::tie(x.first, x.second); }
auto fields(stored_digest& x) { return std::tie(x.pepper, x.mac, x.hash); }
auto fields(sealed_text& x) { return std::tie(x.sealing_key, x.nonce, x.box); }
auto fields(row_proof& x) { return std::tie(x.key, x.mac); }
auto fields(store_identity& x) { return std::tie(x.id, x.keyring, x.proof); }
auto fields(usage& x) { return std::tie(x.format, x.handle, x.last_used_at, x.uses); }
auto fields(change& x) { return std::tie(x.sequence, x.tag, x.kind, x.credential, x.version, x.at); }
auto fields(written_rows::pruned_key& x) { return std::tie(x.format, x.handle); }
auto fields(written_rows::bound_hash& x) { return std::tie(x.format, x.hash); }
auto fields(idempotency_entry& x) {
    return std::tie(x.token, x.arguments, x.credential, x.handle, x.created_at, x.expires_at, x.proof);
}
auto fields(audit_event& x) {
    return std::tie(x.sequence, x.at, x.actor, x.action, x.tenant, x.credential, x.handle, x.source_address, x.reason);
}
auto fields(credential& x) {
    return std::tie(x.id, x.tenant, x.name, x.scopes, x.metadata, x.not_before, x.expires_at, x.suspended, x.generation,
                    x.version, x.created_at, x.revoked_at, x.metadata_digest, x.proof);
}
auto fields(record& x) {
    return std::tie(x.format, x.handle, x.credential, x.generation, x.state, x.digest, x.created_at, x.retires_at,
                    x.revoked_at, x.last_used_at, x.uses, x.sealed);
}
auto fields(written_rows& x) {
    return std::tie(x.credentials, x.pruned, x.keys, x.changes, x.audit, x.tokens, x.identity, x.hashes, x.used);
}

/// Values as bytes, in the order of this machine. The same code writes and reads; not `good` if bytes are missing.
struct archive {
    static constexpr std::uint64_t version = 2;
    std::string bytes{};
    bool reads = false;
    bool good = true;
    std::size_t next = 0;  // to be read

    template <typename T>
    T pass(T value = {}) {
        if constexpr (requires { fields(value); }) {
            std::apply([&](auto&... each) { ((each = pass(std::move(each))), ...); }, fields(value));
        } else if constexpr (std::has_unique_object_representations_v<T>) {  // a number, a time, an id, a digest
            if (!reads) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
            good = good && sizeof value <= bytes.size() - next;
            if (good) next += bytes.copy(reinterpret_cast<char*>(&value), sizeof value, next);
        } else if constexpr (requires { value.has_value(); }) {
            if (pass(value.has_value())) value = pass(reads ? typename T::value_type{} : *std::move(value));
        } else {  // a text or a vector
            const std::size_t size = pass(value.size());
            if (reads) value.resize(good && size <= bytes.size() ? size : 0);
            good = good && size == value.size();
            for (auto& each : value) each = pass(std::move(each));
        }
        return value;
    }
};

/// Behaves as `memory_store` does, and what its calls have returned is durable. Models `key_store`. Thread-safe.
class journal_store : memory_store {
public:
    using memory_store::audit, memory_store::changes_after, memory_store::scan, memory_store::look_up;
    using memory_store::head, memory_store::list, memory_store::read, memory_store::read_live, memory_store::identity;
    using memory_store::transaction, memory_store::transact, memory_store::record_usage, memory_store::change_count;

    journal_store() : memory_store{[this](const written_rows& rows) { return keep(rows); }} {}
    ~journal_store() {
        ::mdb_env_close(m_env);
        ::close(m_file);
    }

    /// Call it once; until it succeeds, every change is refused. Creates the file (mode 0600) if there is none. Errors
    /// name it: `corrupt`, `wrong_version`, `permission_denied`, `not_found`: no folder, `unavailable`: it is open.
    result<void> open(const std::string& path, std::size_t map_bytes = 1U << 30U) {
        m_path = path;
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
        if (code == 0 && done) code = ::mdb_txn_commit(std::exchange(txn, nullptr));
        ::mdb_txn_abort(txn);
        if (code == 0 && done) m_opener = ::getpid();
        return code != 0 ? failure(code) : done;
    }
    bool hears_changes() const noexcept { return ::getpid() == m_opener; }

private:
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

    result<void> repeat(archive from) {
        const auto [by, check] = from.pass<std::array<std::uint64_t, 2>>();
        if (by != archive::version) return error{errc::wrong_version, m_path + ": another version has written it"};
        from.good = check == crc32::of(std::string_view{from.bytes}.substr(from.next));
        const auto rows = from.pass<written_rows>();
        if (from.good && from.next == from.bytes.size() && restore(rows)) return {};
        return error{errc::corrupt, m_path + ": an entry is not what was written"};
    }

    /// Stores what was written, after a version and a checksum.
    result<void> keep(const written_rows& rows) {
        if (!hears_changes())
            return error{errc::unavailable, m_path + ": after a fork or a failed commit: open it again"};
        archive body;
        body.pass(rows);
        archive whole;
        whole.pass(std::array{archive::version, std::uint64_t{crc32::of(body.bytes)}});
        whole.bytes += body.bytes;
        std::uint64_t number = m_entries + 1;
        MDB_val key{sizeof number, &number};
        MDB_val value{whole.bytes.size(), whole.bytes.data()};
        MDB_txn* txn = nullptr;
        int code = ::mdb_txn_begin(m_env, nullptr, 0, &txn);
        if (code == 0) code = ::mdb_put(txn, m_rows, &key, &value, MDB_APPEND);
        if (code == 0) code = ::mdb_txn_commit(std::exchange(txn, nullptr));
        ::mdb_txn_abort(std::exchange(txn, nullptr));
        // If LMDB can still begin a transaction, it has written nothing. If not, nobody knows what is on the disk.
        if (code != 0 && ::mdb_txn_begin(m_env, nullptr, MDB_RDONLY, &txn) != 0) m_opener = 0;
        ::mdb_txn_abort(txn);
        if (m_opener == 0) return error{errc::in_doubt, failure(code).context()};
        if (code != 0) return failure(code);
        ++m_entries;
        return {};
    }

    std::string m_path{"no file"};
    std::atomic<::pid_t> m_opener{0};  // 0: it is not open, or in doubt
    int m_file = -1;
    MDB_env* m_env = nullptr;
    MDB_dbi m_rows = 0;
    std::uint64_t m_entries = 0;
};

template <typename T>
T must(result<T> made) {
    if (made) return *std::move(made);
    std::cerr << "own_store: " << made.error().message() << '\n';
    std::exit(1);
}

void tell_story(std::size_t map_bytes) {
    const auto ring = must(keyring::open_or_create("keyring"));
    journal_store store;
    must(store.open("keys.mdb", map_bytes));
    auto keys = must(authority<policies<key_format<"acme">, recoverable>, journal_store>::open(store, ring));
    const auto try_it = [&](std::string_view what, const secret_text& key) {
        const auto answer = keys.verify(key.reveal(unsafe_reveal));
        std::cout << what << (answer ? "opens" : to_string(answer.denial().reason())) << std::endl;
    };
    if (const auto known = must(keys.list({.limit = 1})); !known.items.empty()) {
        const credential& about = known.items.front().about;
        std::cout << "found: " << about.name << ", generation " << about.generation << '\n';
        return try_it("its key, after a restart: ", must(keys.reveal(about.id, {.actor = "ada"})));
    }
    const auto first = must(keys.issue({.tenant = "acme", .name = "nightly sync"}, {.actor = "ada"}));
    try_it("a new key: ", first.text);
    const auto second = must(keys.rotate(first.credential, {.actor = "ada"}));
    try_it("it, after a rotation: ", first.text);
    try_it("the next key: ", second.text);
}

struct place : testing::temporary_folder {  // what the suite asks for: a new, empty store, and to open it again
    using store_type = journal_store;
    std::optional<store_type> opened{};
    place() { reopen(); }
    store_type& store() { return *opened; }
    void reopen() { must(opened.emplace().open(file("keys.mdb"))); }
};

int main(int count, char** words) {
    const int at = count > 1 && std::string_view{words[1]} == "--conformance" ? 2 : 1;
    const auto number = read_key_number(count > at ? words[at] : at == 2 ? "10" : "1048576");
    if (!number || count > at + 1) return (std::cerr << "usage: own_store [KIB | --conformance [SEQUENCES]]\n"), 2;
    if (at == 1) return tell_story(std::size_t{1024} * *number), 0;
    const auto seen = testing::store_conformance([] { return place{}; }, {.sequences = *number});
    std::cout << seen.message() << '\n';
    return seen ? 0 : 1;
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store in an LMDB file: models `key_store`.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>

#include "transaction.hpp"

namespace acme {

/// What this process has opened: the file, and the counter beside it.
struct lmdb_file {
    std::string path;
    std::filesystem::path whole_path{};
    bool is_only = false;  // LMDB's locks fail if a process opens a file twice
    MDB_env* env = nullptr;
    MDB_dbi rows = 0;
    std::uint64_t* changes = nullptr;
    std::vector<std::pair<std::string, struct ::stat>> parts{};
    ::pid_t opener = ::getpid();

    static inline std::mutex of_all;
    static inline std::set<std::filesystem::path> all;

    explicit lmdb_file(const std::string& at) : path{at} {
        std::error_code ignored;
        whole_path = std::filesystem::weakly_canonical(std::filesystem::absolute(at, ignored), ignored);
        const std::scoped_lock lock{of_all};
        is_only = all.insert(whole_path).second;
    }
    lmdb_file(const lmdb_file&) = delete;
    lmdb_file& operator=(const lmdb_file&) = delete;
    ~lmdb_file() {
        if (changes != nullptr) ::munmap(changes, sizeof *changes);
        if (env != nullptr) ::mdb_env_close(env);
        const std::scoped_lock lock{of_all};
        if (is_only) all.erase(whole_path);
    }

    /// 0, or the code of what has failed.
    int open(std::size_t map_bytes) {
        MDB_txn* first = nullptr;
        int code = ::mdb_env_create(&env);
        if (code == 0) code = ::mdb_env_set_mapsize(env, map_bytes);
        if (code == 0) code = ::mdb_env_open(env, path.c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600);
        if (code == 0) code = ::mdb_txn_begin(env, nullptr, MDB_RDONLY, &first);
        if (code == 0) code = ::mdb_dbi_open(first, nullptr, 0, &rows);
        if (first != nullptr) ::mdb_txn_commit(first);
        return code == 0 ? open_counter() : code;
    }
    int open_counter() {
        const int counter = ::open((path + "-changes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (counter < 0) return errno;
        int code = ::posix_fallocate(counter, 0, sizeof *changes);
        void* const at = ::mmap(nullptr, sizeof *changes, PROT_READ | PROT_WRITE, MAP_SHARED, counter, 0);
        if (code == 0 && at == MAP_FAILED) code = errno;
        if (at != MAP_FAILED) changes = static_cast<std::uint64_t*>(at);
        ::close(counter);
        for (const char* const suffix : {"", "-lock", "-changes"}) {
            auto& [part, then] = parts.emplace_back();
            part = path + suffix;
            if (code == 0 && ::stat(part.c_str(), &then) != 0) code = errno;
        }
        // LMDB syncs what is in a new file, and not that its folder names it.
        const int folder = ::open(whole_path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (code == 0 && (folder < 0 || ::fsync(folder) != 0)) code = errno;
        if (folder >= 0) ::close(folder);
        return code;
    }
};

/// Keeps credentials, keys, feed and audit in one LMDB file. Models `key_store`; behaves as `memory_store` does.
///
/// What `transact` has returned is on the disk, and every read that begins after that sees it, in any thread or process
/// of this machine. Writers wait for each other, without a limit; readers wait for nobody. Thread-safe. Movable.
///
/// Beside `<path>` lie LMDB's `<path>-lock`, and `<path>-changes`: a number that all processes map, and that moves
/// after each commit, before `transact` returns. If a process is killed between the two, others hear of its change with
/// the next one; it was not acknowledged. Keep all three files on a local disk, under their names: if one is moved or
/// replaced, calls are `unavailable` until the store is opened again. Truncating one kills the processes that map it.
///
/// Limits: 1,000 keys of a credential; some 400 bytes of a format's name; the size of the map. Every row is checked;
/// the pages of the file are not, because LMDB trusts them. A page of one tenant passes over the rows of the others.
class lmdb_store {
public:
    using transaction = lmdb_transaction;

    /// Opens a store, or creates it (mode 0600), once in a process: share the object. Errors name the file: `not_found`
    /// if its folder is missing; `permission_denied`; `corrupt` or `wrong_version` if it is no file of this LMDB;
    /// `unavailable` if this process has it open already, or the disk is full.
    static result<lmdb_store> open(const std::string& path, std::size_t map_bytes = std::size_t{1} << 30U) {
        auto made = std::make_unique<lmdb_file>(path);
        if (!made->is_only) return error{errc::unavailable, path + ": this process has it open: share that store"};
        if (const int code = made->open(map_bytes); code != 0) return failure(path, code);
        lmdb_store store{std::move(made)};
        store.tell_others();  // a process may have been killed between its commit and this
        return store;
    }

    /// Runs `body(transaction&) -> result<T>`, and commits if it succeeded. The body must not call the store.
    template <typename Body>
    auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        auto begun = begin(0);
        if (!begun) return std::move(begun).error();
        auto outcome = std::forward<Body>(body)(*begun);
        const auto done = outcome ? begun->commit() : result<void>{};
        tell_others();  // after a failure too: the body may have read what a killed process had committed
        if (!done) return done.error();
        if (outcome && !hears_changes())
            return error{errc::in_doubt, m_file->path + ": was replaced during the change"};
        return outcome;
    }
    result<void> record_usage(std::span<const usage> used) {
        return transact([used](transaction& tx) { return tx.use(used); });
    }

    auto look_up(std::string_view format, const handle& key) const { return ask(&transaction::look_up, format, key); }
    auto head() const { return ask(&transaction::head); }
    auto read(const credential_id& id) const { return ask(&transaction::read, id); }
    auto read_live(const credential_id& id) const { return ask(&transaction::read_live, id); }
    auto list(const page_request& which, std::string_view tenant) const {
        return ask(&transaction::list, which, tenant);
    }
    auto audit(const page_request& which, std::string_view tenant) const {
        return ask(&transaction::audit, which, tenant);
    }
    auto changes_after(std::uint64_t sequence, std::size_t limit) const {
        return ask(&transaction::changes_after, sequence, limit);
    }
    template <typename Sink>
    auto scan(std::string_view format, Sink& sink) const {
        return ask(&transaction::scan<Sink>, format, sink);
    }

    std::uint64_t change_count() const noexcept {
        return std::atomic_ref{*m_file->changes}.load(std::memory_order_acquire);
    }
    /// Four system calls. False in a child made by `fork`, too: LMDB must be opened there.
    bool hears_changes() const noexcept {
        const auto is_in_place = [](const auto& part) {
            struct ::stat now {};
            return ::stat(part.first.c_str(), &now) == 0 && now.st_ino == part.second.st_ino &&
                   now.st_dev == part.second.st_dev;
        };
        return ::getpid() == m_file->opener && std::ranges::all_of(m_file->parts, is_in_place);
    }

private:
    explicit lmdb_store(std::unique_ptr<lmdb_file> file) noexcept : m_file{std::move(file)} {}

    void tell_others() noexcept { std::atomic_ref{*m_file->changes}.fetch_add(1, std::memory_order_acq_rel); }

    result<transaction> begin(unsigned flags) const {
        if (::getpid() != m_file->opener)
            return error{errc::unavailable, m_file->path + ": was opened before a fork: open it in the child alone"};
        if (!hears_changes())
            return error{errc::unavailable,
                         m_file->path + ": was moved or replaced since it was opened: open it again"};
        int killed = 0;  // readers that hold on to old pages, and so would fill the map
        if (flags != MDB_RDONLY) (void)::mdb_reader_check(m_file->env, &killed);
        MDB_txn* begun = nullptr;
        const int code = ::mdb_txn_begin(m_file->env, nullptr, flags, &begun);
        if (code != 0) return failure(m_file->path, code);
        return transaction{m_file->path, m_file->rows, begun};
    }
    template <typename Answer, typename... Asked>
    Answer ask(Answer (transaction::*question)(Asked...), std::type_identity_t<Asked>... asked) const {
        auto begun = begin(MDB_RDONLY);
        if (!begun) return std::move(begun).error();
        return ((*begun).*question)(asked...);
    }

    std::unique_ptr<lmdb_file> m_file;
};

}  // namespace acme

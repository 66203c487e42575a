// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The store in an SQLite file: durable, and shared by the threads and processes of one machine.
// Depends on SQLite, through store/sqlite/connection.hpp, and POSIX; never on an authority. Not in the umbrella.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/store/sqlite/change_counter.hpp>
#include <shearline/store/sqlite/file.hpp>
#include <shearline/store/sqlite/pool.hpp>
#include <shearline/store/sqlite/scan.hpp>
#include <shearline/store/sqlite/transaction.hpp>

namespace shearline::inline v0_1 {

/// How a store is opened. The defaults suit a server.
struct sqlite_options {
    /// How long a call waits for other threads, and then for other processes, before it is `unavailable`; to an hour.
    std::chrono::milliseconds busy_timeout{5'000};
    /// Connections for reading: as many reads go on at once; 1 to 64.
    std::size_t readers = 4;
    /// Whether opening reads the whole file for damage, O(its size). Without, damage shows when it is met.
    bool check_file = true;
};

/// Keeps credentials, keys, feed and audit in one SQLite file. Models `key_store`; does what `memory_store` does.
///
/// What `transact` returned from is on the disk (write-ahead log, synchronous FULL), and whoever reads after that, in
/// any thread or process, sees it. Writers take turns, readers never wait for them. Everything may be called from any
/// thread. A look-up is O(log n). Movable; one that was moved from may only be destroyed or assigned to.
///
/// Beside `<path>` lie SQLite's `<path>-wal` and `<path>-shm`, and the change counter, `<path>-changes`: all four
/// belong together, on a local disk, under one name, and none may be moved, deleted, truncated or copied over while a
/// process has the store open. If one is moved, deleted or replaced, calls are `unavailable` until the store is opened
/// anew. If `-shm` or `-changes` is truncated, every process that has it mapped is killed (SIGBUS). Back up and restore
/// with SQLite's means (`.backup`, `.restore`), and stop all processes before a restore: those that run notice it, and
/// deny until they are restarted or the store has caught up.
///
/// Kept as they are: texts of up to 60,000 bytes a row (a credential's scopes, none of them empty or with a space, are
/// one text), 1,000 labels a credential, and 1,000 keys of it that are not revoked, times from 1970 to 9999; beyond
/// that is `invalid_argument`. Nothing in the file is trusted: a row that this library would not write is `corrupt`. A
/// disk that is full is `unavailable`, and nothing is half-written. Errors name the file.
///
/// Deleted values are overwritten in the file's pages; older pages stay in the log until it is reused, and in backups.
///
/// Open a store after a fork, never before: in a child, a store of its parent is `unavailable`.
class sqlite_store {
    using connection = detail::sqlite::connection;
    using pool = detail::sqlite::connection_pool;

public:
    using transaction = detail::sqlite::transaction;

    /// Opens the store in `path`, and makes it (mode 0600) where there is none; several processes may do so at once.
    /// An older schema is brought forward. A path is a path: `file:` and `:memory:` mean nothing special.
    ///
    /// Errors, each naming the file, which is then as it was: `corrupt` for what is not SQLite, not ours, or damaged;
    /// `wrong_version` for a newer schema; `permission_denied`; `not_found` where the folder is missing;
    /// `invalid_argument` for a link, for what is no file, and for options out of range; `unavailable` where the disk
    /// is full, another process keeps the file busy, or the system gives no memory that a fork wipes.
    [[nodiscard]] static result<sqlite_store> open(const std::string& path, const sqlite_options& options = {}) {
        using namespace std::chrono_literals;
        if (options.busy_timeout < 0ms || options.busy_timeout > 1h || options.readers < 1 || options.readers > 64)
            return error{errc::invalid_argument, path + ": a busy_timeout is 0 to 1 hour, and readers are 1 to 64"};
        auto file = detail::sqlite::file_at(path);
        if (!file) return std::move(file).error();
        auto mark = detail::sqlite::process_mark::make([] { return std::monostate{}; });
        if (!mark) return error{mark.error().code(), path + ": " + mark.error().context()};
        auto writer = detail::sqlite::take_up(*file, options.busy_timeout, options.check_file);
        if (!writer) return std::move(writer).error();
        auto counter = detail::sqlite::change_counter::open(*file + "-changes");
        if (!counter) return std::move(counter).error();
        std::vector<std::unique_ptr<connection>> readers;
        for (std::size_t i = 0; i < options.readers; ++i) {
            auto reader = detail::sqlite::connect(*file, options.busy_timeout);
            if (!reader) return std::move(reader).error();
            if (auto set = (*reader)->run("PRAGMA query_only = ON"); !set) return std::move(set).error();
            readers.push_back(*std::move(reader));
        }
        auto files = detail::sqlite::database_files::of(*file);
        if (!files) return std::move(files).error();
        bool is_one_file = !(*writer)->has_moved();
        for (const auto& reader : readers) is_one_file = is_one_file && !reader->has_moved();
        if (!is_one_file) return error{errc::unavailable, *file + ": was replaced while it was opened; try again"};
        std::vector<std::unique_ptr<connection>> writers;
        writers.push_back(*std::move(writer));
        // Whoever was here before may have ended between a commit and its bump.
        counter->bump();
        return sqlite_store{std::make_unique<state>(*std::move(mark), *std::move(files), *std::move(counter),
                                                    std::move(writers), std::move(readers), options.busy_timeout)};
    }

    /// Runs `body(transaction&) -> result<T>` once, alone among writers of all processes, and commits if and only if it
    /// succeeded. A body must not use the store but through its transaction.
    ///
    /// Errors: those of the body; `unavailable` where the store was busy or the disk failed before the commit: nothing
    /// was written; `in_doubt` where the disk failed during the commit.
    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        using outcome = decltype(body(std::declval<transaction&>()));
        static_assert(std::is_constructible_v<outcome, error>, "transact: return result<T> from the body");
        if (m_state->counter.is_orphan())
            return error{errc::unavailable, m_state->counter.path() +
                                                ": was deleted or replaced since it was opened: "
                                                "others would not hear of a change; open the "
                                                "store anew"};
        outcome done = writing([&body](connection& on) {
            transaction tx{on};
            return std::forward<Body>(body)(tx);
        });
        // Whatever came of it: what the body found may be the work of a process that ended between commit and bump.
        m_state->counter.bump();
        if (done && m_state->counter.is_orphan())
            return error{errc::in_doubt, m_state->counter.path() +
                                             ": was deleted or replaced during the change, of which others may not "
                                             "have heard; open the store anew, and repeat"};
        return done;
    }

    /// One key and its credential.
    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        return reading([&](connection& on) { return detail::sqlite::find_key(on, format, key); });
    }

    /// A credential and its newest keys, newest first.
    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        return reading(
            [&](connection& on) { return detail::sqlite::find_view(on, id, detail::sqlite::find_newest_keys); });
    }

    /// A credential and its keys that are not revoked, newest first. O(these), and O(log n).
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        return reading(
            [&](connection& on) { return detail::sqlite::find_view(on, id, detail::sqlite::find_live_keys); });
    }

    /// Credentials in the order of issue, all or those of one tenant.
    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        return reading([&](connection& on) { return detail::sqlite::list_credentials(on, which, tenant); });
    }

    /// The audit, newest first, all or of one tenant.
    [[nodiscard]] result<page<audit_event>> audit(const page_request& which, std::string_view tenant) const {
        return reading([&](connection& on) { return detail::sqlite::list_audit(on, which, tenant); });
    }

    /// Where the feed ends.
    [[nodiscard]] result<feed_head> head() const {
        return reading([](connection& on) { return detail::sqlite::find_head(on); });
    }

    /// The feed after a sequence number, at most `limit` changes.
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        return reading([&](connection& on) { return detail::sqlite::list_changes(on, sequence, limit); });
    }

    /// Shows every key that is not revoked, and every credential, to `sink` (see store/scan.hpp), as of one moment;
    /// others may write meanwhile. O(all of them), and 8 bytes of memory for each credential.
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) const {
        return reading([&](connection& on) { return detail::sqlite::scan(on, format, sink); });
    }

    /// Adds uses, and moves the time of the last one forward, all or none; a key that is not there is passed over.
    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        for (const usage& use : used)
            if (!detail::sqlite::is_good(use.last_used_at) || use.uses > detail::sqlite::max_number)
                return error{errc::invalid_argument, "a use has a count or a time out of bounds: it cannot be kept"};
        if (used.empty()) return {};
        return writing([used](connection& on) -> result<void> {
            for (const usage& use : used) {
                auto done = on.run(
                    "UPDATE record SET uses = uses + min(?3, 9223372036854775807 - uses), "
                    "last_used_at = max(coalesce(last_used_at, ?4), ?4) "
                    "WHERE format = ?1 AND handle = ?2",
                    use.format, detail::sqlite::column(use.handle), detail::sqlite::column(use.uses),
                    detail::sqlite::column(use.last_used_at));
                if (!done) return done;
                if (!on.in_transaction()) return {};  // given up by SQLite: the commit says so
            }
            return {};
        });
    }

    /// A number that has moved whenever the feed has, here or in another process of this machine. One load, no system
    /// call; never waits.
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_state->counter.load(); }

    /// Whether the store's files are still those that were opened. If not, this object does not hear of what others
    /// change, nor read it: open the store anew. Four system calls.
    [[nodiscard]] bool hears_changes() const noexcept { return m_state->files.hold() && !m_state->counter.is_orphan(); }

private:
    struct state {
        state(detail::sqlite::process_mark here, detail::sqlite::database_files opened,
              detail::sqlite::change_counter counting, std::vector<std::unique_ptr<connection>> writing,
              std::vector<std::unique_ptr<connection>> reading, std::chrono::milliseconds patience)
            : opener{std::move(here)},
              files{std::move(opened)},
              counter{std::move(counting)},
              writer{opener, std::move(writing), patience},
              readers{opener, std::move(reading), patience} {}

        detail::sqlite::process_mark opener;
        detail::sqlite::database_files files;
        detail::sqlite::change_counter counter;
        pool writer;
        pool readers;
    };

    explicit sqlite_store(std::unique_ptr<state> opened) noexcept : m_state{std::move(opened)} {}

    /// Runs `read(connection&)` in one transaction, begun after the call: it sees every commit that returned before.
    template <typename Read>
    auto reading(Read read) const -> decltype(read(std::declval<connection&>())) {
        if (auto same = m_state->files.check(); !same) return std::move(same).error();
        auto on = m_state->readers.borrow();
        if (!on) return std::move(on).error();
        if (auto begun = (**on).run("BEGIN"); !begun) return std::move(begun).error();
        return read(**on);
    }

    template <typename Write>
    auto writing(Write write) -> decltype(write(std::declval<connection&>())) {
        if (auto same = m_state->files.check(); !same) return std::move(same).error();
        auto on = m_state->writer.borrow();
        if (!on) return std::move(on).error();
        if (auto begun = (**on).run("BEGIN IMMEDIATE"); !begun) return std::move(begun).error();
        auto outcome = write(**on);
        if (!outcome) return outcome;
        if (auto done = (**on).commit(); !done) return std::move(done).error();
        return outcome;
    }

    std::unique_ptr<state> m_state;
};

}  // namespace shearline::inline v0_1

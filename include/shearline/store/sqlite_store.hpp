// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The store in an SQLite file: durable, and shared by the threads and processes of one machine.
// Depends on SQLite, through store/sqlite/connection.hpp, and POSIX; never on an authority. Not in the umbrella.
#pragma once

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
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/concepts.hpp>
#include <shearline/store/sql/lists.hpp>
#include <shearline/store/sql/pool.hpp>
#include <shearline/store/sql/transaction.hpp>
#include <shearline/store/sqlite/change_counter.hpp>
#include <shearline/store/sqlite/file.hpp>
#include <shearline/store/sqlite/look_up.hpp>
#include <shearline/store/sqlite/scan.hpp>

namespace shearline::inline v0_1 {

/// How a store is opened. A value out of range is `invalid_argument`.
struct sqlite_options {
    /// How long a call waits for other threads, and then again for other processes, before it is `unavailable`. 0 to 1
    /// hour; default 5 s.
    std::chrono::milliseconds busy_timeout{5'000};
    /// Connections for reading, which is how many reads run at once. 1 to 64; default 4.
    std::size_t readers = 4;
    /// Whether `open` checks the whole file for damage, O(file size). If false, damage is found when it is read.
    /// Default true.
    bool check_file = true;
};

/// Keeps credentials, keys, feed and audit in one SQLite file. Models `key_store`; behaves as `memory_store` does.
///
/// What `transact` has returned is on the disk (write-ahead log, synchronous FULL) and is seen by every read that
/// begins after that, in any thread or process. Writers take turns; readers never wait for writers, but `scan_parts`
/// takes a turn to begin. Thread-safe. A look-up is O(log n), a page is O(its items) and their look-ups. Movable; a
/// store that was moved from may only be destroyed or assigned to.
///
/// Beside `<path>` lie SQLite's `<path>-wal` and `<path>-shm`, and the change counter, `<path>-changes`. All four
/// belong together, on a local disk, under one name; do not move, delete, truncate or overwrite any of them while a
/// process has the store open. If one is moved, deleted or replaced, calls are `unavailable` until the store is opened
/// again. If `-shm` or `-changes` is truncated, every process that has it mapped is killed (SIGBUS). Back up and
/// restore with SQLite's tools (`.backup`, `.restore`), and stop all processes before a restore: processes that keep
/// running notice it, and deny until they are restarted or the store has caught up.
///
/// Limits, beyond which a value is `invalid_argument`: 60,000 bytes of text in a row (a credential's scopes are one
/// text; no scope is empty or has a space), 1,000 metadata entries and 1,000 keys that are not revoked for a
/// credential, times from 1970 to 9999. Nothing in the file is trusted: a row that this library would not write is
/// `corrupt`. A full disk is `unavailable`, and nothing is half-written. Errors name the file.
///
/// Deleted values are overwritten in the file's pages; older pages stay in the log until it is reused, and in backups.
///
/// Open a store after a fork, never before: in a child, the parent's store is `unavailable`.
///
/// `sqlite_store` is the only one; it is a template so that a source pays for the members that it calls.
template <typename Connection>
class basic_sqlite_store {
    using connection = Connection;
    using pool = detail::sql::connection_pool<connection>;

public:
    using transaction = detail::sql::transaction<connection, basic_sqlite_store>;

    /// Opens the store at `path`, or creates it (mode 0600) if there is none; several processes may do so at once. An
    /// older schema is upgraded. `file:` and `:memory:` have no special meaning.
    ///
    /// Errors, each naming the file, which is then unchanged: `corrupt` if it is not an SQLite file, not one of this
    /// library, or damaged; `wrong_version` for a newer schema; `permission_denied`; `not_found` if the folder is
    /// missing; `invalid_argument` for a symbolic link, for anything that is not a regular file, and for options out of
    /// range; `unavailable` if the disk is full, another process keeps the file busy, or there is no memory that a fork
    /// wipes.
    ///
    /// Example:
    ///     auto store = shearline::sqlite_store::open("keys.db", {.busy_timeout = std::chrono::seconds{2}});
    ///     if (!store) throw std::runtime_error{store.error().message()};
    ///     const auto events = store->audit({.limit = 10}, "acme");  // the newest ten of this tenant
    [[nodiscard]] static result<basic_sqlite_store> open(const std::string& path, const sqlite_options& options = {}) {
        using namespace std::chrono_literals;
        if (options.busy_timeout < 0ms || options.busy_timeout > 1h || options.readers < 1 || options.readers > 64)
            return error{errc::invalid_argument, path + ": busy_timeout must be 0 to 1 hour, and readers 1 to 64"};
        auto file = detail::sqlite::file_at(path);
        if (!file) return std::move(file).error();
        auto mark = detail::sql::process_mark::make([] { return detail::nothing{}; });
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
        // An earlier process may have ended between a commit and its bump.
        counter->bump();
        return basic_sqlite_store{std::make_unique<state>(*std::move(mark), *std::move(files), *std::move(counter),
                                                          std::move(writers), std::move(readers),
                                                          options.busy_timeout)};
    }

    /// Runs `body(transaction&) -> result<T>` once, alone among writers of all processes, and commits if and only if it
    /// succeeded. The body must use the store through its transaction only.
    ///
    /// Errors: those of the body; `unavailable` if the store was busy or the disk failed before the commit, and then
    /// nothing was written; `in_doubt` if the disk failed during the commit.
    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        using outcome = decltype(body(std::declval<transaction&>()));
        static_assert(std::is_constructible_v<outcome, error>, "transact: return result<T> from the body");
        if (m_state->counter.is_orphan())
            return error{errc::unavailable, m_state->counter.path() +
                                                ": was deleted or replaced since it was opened, so "
                                                "others would not hear of a change: open the "
                                                "store again"};
        outcome done = writing([&body](connection& on) {
            transaction tx{on};
            return std::forward<Body>(body)(tx);
        });
        // After a failure too: the body may have read the work of a process that ended between its commit and its bump.
        m_state->counter.bump();
        if (done && m_state->counter.is_orphan())
            return error{errc::in_doubt, m_state->counter.path() +
                                             ": was deleted or replaced during the change, of which others may not "
                                             "have heard: open the store again, and repeat"};
        return done;
    }

    /// One key, its credential and the end of the feed; empty if there is no such key.
    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        return reading([&](connection& on) { return detail::sqlite::find_key(on, format, key); });
    }

    /// A credential and its newest `max_keys_read` keys, newest first; empty if there is no such credential.
    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        return reading(
            [&](connection& on) { return detail::sql::find_view(on, id, detail::sql::find_newest_keys<connection>); });
    }

    /// A credential and its keys that are not revoked, newest first. O(these keys + log n).
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        return reading(
            [&](connection& on) { return detail::sql::find_view(on, id, detail::sql::find_live_keys<connection>); });
    }

    /// Credentials in the order of issue, of one tenant or, for "", of all.
    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        return reading([&](connection& on) { return detail::sql::list_credentials(on, which, tenant); });
    }

    /// The audit, newest first, of one tenant or, for "", of all.
    [[nodiscard]] result<page<audit_event>> audit(const page_request& which, std::string_view tenant) const {
        return reading([&](connection& on) { return detail::sql::list_audit(on, which, tenant); });
    }

    /// The name of this store and of its keyring; empty until an authority or a verifier has opened it.
    [[nodiscard]] result<std::optional<store_identity>> identity() const {
        return reading([](connection& on) { return detail::sql::find_identity(on); });
    }

    /// The end of the feed.
    [[nodiscard]] result<feed_head> head() const {
        return reading([](connection& on) { return detail::sql::find_head(on); });
    }

    /// The changes after a sequence number, at most `limit` of them.
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        return reading([&](connection& on) { return detail::sql::list_changes(on, sequence, limit); });
    }

    /// Gives every credential and every key that is not revoked to `sink` (see store/scan.hpp), as of one moment;
    /// others may write meanwhile. O(n).
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) const {
        static_assert(sizeof(detail::sink_mistakes<Sink>) > 0);
        return reading([&](connection& on) {
            return detail::sqlite::scan([&on](std::size_t) -> connection& { return on; }, format,
                                        std::span{std::addressof(sink), 1});
        });
    }

    /// The same by as many threads as there are sinks and free reading connections, of which one is left to others; by
    /// one thread if nobody else may be kept from writing for a moment, so that all begin to read in it. `sinks` is not
    /// empty. The calling thread takes the first part, and the others end before this returns. O(n).
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan_parts(std::string_view format, std::span<Sink> sinks) const {
        if (auto same = m_state->files.check(); !same) return std::move(same).error();
        auto first = m_state->readers.borrow();
        if (!first) return std::move(first).error();
        std::vector<typename pool::lease> reading;
        reading.push_back(*std::move(first));
        while (reading.size() < sinks.size()) {
            auto more = m_state->readers.borrow_free(1);
            if (!more) break;
            reading.push_back(*std::move(more));
        }
        if (reading.size() == 1 || !begin_in_one_moment(reading)) {
            while (reading.size() > 1) reading.pop_back();
            (void)(*reading.front()).end();
            if (auto begun = (*reading.front()).begin("BEGIN"); !begun) return std::move(begun).error();
        }
        return detail::sqlite::scan([&](std::size_t i) -> connection& { return *reading[i]; }, format,
                                    sinks.first(reading.size()));
    }

    /// Adds uses, and moves the time of the last use forward, for all keys or for none; unknown keys are skipped.
    /// `invalid_argument` for a count or a time out of bounds.
    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        for (const usage& use : used)
            if (auto good = detail::sql::storable(use, "a use"); !good) return good;
        if (used.empty()) return {};
        return writing([used](connection& on) -> result<void> {
            for (const usage& use : used) {
                auto done = on.run(
                    "UPDATE main.record SET uses = uses + min(?3, 9223372036854775807 - uses), "
                    "last_used_at = max(coalesce(last_used_at, ?4), ?4) "
                    "WHERE format = ?1 AND handle = ?2",
                    use.format, detail::sql::column(use.handle), detail::sql::column(use.uses),
                    detail::sql::column(use.last_used_at));
                if (!done) return done;
                if (!on.in_transaction()) return {};  // SQLite rolled it back: the commit reports it
            }
            return {};
        });
    }

    /// A number that changes whenever the feed does, here or in another process of this machine. One atomic load, no
    /// system call; never waits.
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_state->counter.load(); }

    /// Whether the store's files are still those that were opened. If not, this object neither hears of nor reads what
    /// others change: open the store again. Four system calls.
    [[nodiscard]] bool hears_changes() const noexcept { return m_state->files.hold() && !m_state->counter.is_orphan(); }

private:
    struct state {
        state(detail::sql::process_mark here, detail::sqlite::database_files opened,
              detail::sqlite::change_counter counting, std::vector<std::unique_ptr<connection>> writing,
              std::vector<std::unique_ptr<connection>> reading, std::chrono::milliseconds patience)
            : opener{std::move(here)},
              files{std::move(opened)},
              counter{std::move(counting)},
              writer{opener, writing.front()->path(), std::move(writing), patience},
              readers{opener, reading.front()->path(), std::move(reading), patience} {}

        detail::sql::process_mark opener;
        detail::sqlite::database_files files;
        detail::sqlite::change_counter counter;
        pool writer;
        pool readers;
    };

    explicit basic_sqlite_store(std::unique_ptr<state> opened) noexcept : m_state{std::move(opened)} {}

    /// Runs `read(connection&)` in a transaction that begins after the call: it sees every commit that returned before.
    template <typename Read>
    auto reading(Read read) const -> decltype(read(std::declval<connection&>())) {
        if (auto same = m_state->files.check(); !same) return std::move(same).error();
        auto on = m_state->readers.borrow();
        if (!on) return std::move(on).error();
        if (auto begun = (**on).begin("BEGIN"); !begun) return std::move(begun).error();
        return read(**on);
    }

    /// Begins a transaction on each connection, with no commit between the first and the last.
    result<void> begin_in_one_moment(const std::vector<typename pool::lease>& reading) const {
        auto writer = m_state->writer.borrow();
        if (!writer) return std::move(writer).error();
        if (auto locked = (**writer).begin("BEGIN IMMEDIATE"); !locked) return locked;
        for (const auto& on : reading) {
            if (auto begun = (*on).begin("BEGIN"); !begun) return begun;
            if (auto read = (*on).number("SELECT count(*) FROM sqlite_schema"); !read)  // with it, the moment is fixed
                return std::move(read).error();
        }
        return {};
    }

    template <typename Write>
    auto writing(Write write) -> decltype(write(std::declval<connection&>())) {
        if (auto same = m_state->files.check(); !same) return std::move(same).error();
        auto on = m_state->writer.borrow();
        if (!on) return std::move(on).error();
        if (auto begun = (**on).begin("BEGIN IMMEDIATE"); !begun) return std::move(begun).error();
        auto outcome = write(**on);
        if (!outcome) return outcome;
        if (auto done = (**on).commit(); !done) return std::move(done).error();
        return outcome;
    }

    std::unique_ptr<state> m_state;
};

}  // namespace shearline::inline v0_1

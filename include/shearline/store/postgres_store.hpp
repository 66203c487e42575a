// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The store in a PostgreSQL database: durable, and shared by the machines of a fleet.
// Depends on libpq, through store/postgres/connection.hpp, and POSIX; never on an authority. Not in the umbrella.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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
#include <shearline/posix/threads.hpp>
#include <shearline/store/postgres/look_up.hpp>
#include <shearline/store/postgres/scan.hpp>
#include <shearline/store/postgres/session.hpp>
#include <shearline/store/postgres/sessions.hpp>
#include <shearline/store/postgres/take_up.hpp>
#include <shearline/store/sql/lists.hpp>
#include <shearline/store/sql/transaction.hpp>

namespace shearline::inline v0_1 {

/// How a store is opened. A value out of range is `invalid_argument`.
struct postgres_options {
    /// The schema of the tables, created if it is missing: 1 to 40 characters of `a-z`, `0-9` and `_`.
    std::string schema = "shearline";
    /// How long a call waits for other writers, and before that for a free connection. 1 ms to 1 hour; default 5 s.
    std::chrono::milliseconds busy_timeout{5'000};
    /// How long a call waits for the server, to connect and for each statement. 100 ms to 1 hour; default 10 s.
    std::chrono::milliseconds answer_timeout{10'000};
    /// Connections for reading, which is how many reads run at once; two more are for writing and for notifications.
    /// 1 to 64; default 4.
    std::size_t readers = 4;
};

/// Keeps credentials, keys, feed and audit in one schema of a PostgreSQL database (13 or later). Models `key_store` and
/// `remote_feed`; behaves as `memory_store` does.
///
/// What `transact` has returned is on the disk of the server (`synchronous_commit` on, whatever the server's default)
/// and is seen by every read that begins after that, on any machine. Writers take turns: each locks the row of the
/// table `store` first. One that was stopped or cut off is ended by the server after 3 s; one whose commit waits for a
/// standby gives up after `answer_timeout` and a second; then the others go on. Thread-safe; a look-up
/// is one exchange with the server and O(log n) there. Movable; a store that was moved from may only be destroyed or
/// assigned to.
///
/// A lost connection is made anew by the next call; a read that met one is repeated, a change is not: a change whose
/// commit got no answer is `in_doubt`. While nobody answers, calls fail at once between attempts, which are 20 ms to 1
/// s apart.
///
/// Limits, beyond which a value is `invalid_argument`: those of `sqlite_store`, and 2,000 bytes for a tenant and for
/// the name of a format. Nothing in the database is trusted: a row that this library would not write is `corrupt`.
/// Errors name the server, and never hold a password, nor what the server said about a row.
///
/// Open a store after a fork, never before: in a child, the parent's store is `unavailable`.
///
/// `postgres_store` is the only one; it is a template so that a source pays for the members that it calls.
template <typename Connection>
class basic_postgres_store {
    using connection = Connection;
    using sessions = detail::postgres::sessions;

public:
    using transaction = detail::sql::transaction<connection, basic_postgres_store>;

    /// Opens the store in a database, and makes its tables if there are none; several processes may do so at once. An
    /// older schema is upgraded. `conninfo` is a connection string or URI of libpq, with what it knows of TLS
    /// (`sslmode`, `sslrootcert`, …), services and password files; a password in it is refused.
    ///
    /// Errors: `invalid_argument` for `conninfo`, or options out of range; `unavailable` if nobody answers, for a
    /// standby and for a pooler that loses notifications; `permission_denied`, `not_found` for the role and the
    /// database; `wrong_version` for a server before 13, and a newer schema; `illegal_state` for a server that does not
    /// sync; `corrupt` if the schema's tables are not those of this library.
    ///
    /// Example:
    ///     auto store = shearline::postgres_store::open("postgresql://crm@db.example.com/crm?sslmode=verify-full");
    ///     if (!store) throw std::runtime_error{store.error().message()};
    ///     const auto events = store->audit({.limit = 10}, "acme");  // the newest ten of this tenant
    [[nodiscard]] static result<basic_postgres_store> open(const std::string& conninfo,
                                                           const postgres_options& options = {}) {
        using namespace std::chrono_literals;
        if (options.busy_timeout < 1ms || options.busy_timeout > 1h || options.answer_timeout < 100ms ||
            options.answer_timeout > 1h || options.readers < 1 || options.readers > 64)
            return error{errc::invalid_argument,
                         "busy_timeout must be 1 ms to 1 hour, answer_timeout 100 ms to 1 hour, and readers 1 to 64"};
        auto where = detail::postgres::place_of(conninfo, options.schema);
        if (!where) return std::move(where).error();
        where->busy = options.busy_timeout;
        where->answer = options.answer_timeout;
        auto mark = detail::sql::process_mark::make([] { return detail::nothing{}; });
        if (!mark) return error{mark.error().code(), where->name + ": " + mark.error().context()};
        auto made = std::make_unique<sessions>(*std::move(where), *std::move(mark), options.readers);
        {
            auto first = made->connections.connect();  // its epoch is from before there were tables
            if (!first) return std::move(first).error();
            if (auto done = detail::postgres::migrate(**first, options.schema); !done) return std::move(done).error();
            if (auto good = detail::postgres::check_tables(**first, options.schema); !good)
                return std::move(good).error();
        }
        if (auto heard = made->listen_and_hear(); !heard) return std::move(heard).error();
        return basic_postgres_store{std::move(made)};
    }

    /// Runs `body(transaction&) -> result<T>` once, alone among the writers of all machines, and commits if and only if
    /// it succeeded. The body must use the store through its transaction only.
    ///
    /// Errors: those of the body; `unavailable` if the store was busy or did not answer before the commit, and then
    /// nothing was written; `in_doubt` if the commit got no answer, or no standby confirmed it that the server waits
    /// for.
    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        using outcome = decltype(body(std::declval<transaction&>()));
        static_assert(std::is_constructible_v<outcome, error>, "transact: return result<T> from the body");
        return writing([&](connection& on, const feed_head& before, std::optional<store_identity> known) -> outcome {
            transaction tx{on, before, std::move(known)};
            outcome done = std::forward<Body>(body)(tx);
            if (!done) return done;
            auto after = tx.head();
            if (!after) return std::move(after).error();
            if (*after == before) return done;
            if (auto rung = on.say("NOTIFY " + m_state->where.channel); !rung) return std::move(rung).error();
            return done;
        });
    }

    /// One key, its credential and the end of the feed; empty if there is no such key.
    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        return reading([&](connection& on) { return detail::postgres::find_key(on, format, key); });
    }

    /// A credential and its newest `max_keys_read` keys, newest first; empty if there is no such credential.
    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        return reading([&](connection& on) -> result<std::optional<credential_view>> {
            if (auto begun = on.say(one_read); !begun) return std::move(begun).error();
            return detail::sql::find_view(on, id, detail::sql::find_newest_keys<connection>);
        });
    }

    /// A credential and its keys that are not revoked, newest first. O(these keys + log n).
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        auto found = read_many({&id, 1});
        if (!found) return std::move(found).error();
        if (found->empty()) return std::optional<credential_view>{};
        return std::optional{std::move(found->front())};
    }

    /// The same for several credentials: those that exist, in any order, each as it is at one moment. Many are asked
    /// for over two connections, if another one is free, so that two processors of the server look for them.
    [[nodiscard]] result<std::vector<credential_view>> read_many(std::span<const credential_id> ids) const {
        return reading([&](connection& on) -> result<std::vector<credential_view>> {
            using namespace detail::postgres;
            const auto other = ids.size() < least_for_two ? std::nullopt : m_state->borrow_free(m_state->readers);
            const auto rest = ids.subspan(other ? (ids.size() + 1) / 2 : ids.size());
            std::vector<credential_view> found;
            auto done = ask_live(on, ids.first(ids.size() - rest.size()));
            if (done) done = on.dispatch();
            const bool is_asked = done && other && ask_live(**other, rest) && (**other).dispatch();
            if (done) done = take_live(on, found);
            if (done && !rest.empty() && !(is_asked && take_live(**other, found))) {
                done = ask_live(on, rest);  // the other connection was lost
                if (done) done = take_live(on, found);
            }
            if (!done) return std::move(done).error();
            return found;
        });
    }

    /// Credentials in the order of issue, of one tenant or, for "", of all.
    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        return reading([&](connection& on) -> result<page<credential_view>> {
            if (auto begun = on.say(one_read); !begun) return std::move(begun).error();
            return detail::sql::list_credentials(on, which, tenant);
        });
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

    /// The changes after a sequence number, at most `limit` of them; later ones if these were trimmed.
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        return reading([&](connection& on) { return detail::sql::list_changes(on, sequence, limit, true); });
    }

    /// Gives every credential and every key that is not revoked to `sink` (see store/scan.hpp), as of one moment;
    /// others may write meanwhile. O(n).
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) const {
        static_assert(sizeof(detail::sink_mistakes<Sink>) > 0);
        return reading([&](connection& on) { return detail::postgres::scan(on, format, sink); }, repeat::never);
    }

    /// Adds uses, and moves the time of the last use forward, for all keys or for none; unknown keys are skipped.
    /// `invalid_argument` for a count or a time out of bounds.
    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        for (const usage& use : used)
            if (auto good = detail::sql::storable(use, "a use"); !good) return good;
        if (used.empty()) return {};
        return writing([&](connection& on, const feed_head&, const std::optional<store_identity>&) {
            return detail::postgres::add_uses(on, used);
        });
    }

    /// Deletes all changes but the newest `kept` (1 or more), and returns how many. A verifier that was further behind
    /// fills itself again.
    [[nodiscard]] result<std::uint64_t> trim(std::uint64_t kept) {
        if (kept == 0) return error{errc::invalid_argument, "trim: the newest change is always kept"};
        return writing(
            [&](connection& on, const feed_head& head, const std::optional<store_identity>&) -> result<std::uint64_t> {
                if (head.sequence <= kept) return std::uint64_t{0};
                auto done =
                    on.write("DELETE FROM main.change WHERE sequence <= ?1", detail::sql::column(head.sequence - kept));
                if (!done) return std::move(done).error();
                return static_cast<std::uint64_t>(on.changed_rows());
            });
    }

    /// A number that increases with each change made here, and with each notification of others' changes; one that was
    /// lost is not counted. One atomic load.
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_state->heard.load(std::memory_order_acquire); }

    /// True: what this object reads is the database as it is, or an error.
    [[nodiscard]] bool hears_changes() const noexcept { return true; }

    /// A number that changes when the database may have another history: another server or timeline (a failover), or
    /// other tables (a restore). One atomic load, of what the newest connection has found.
    [[nodiscard]] std::uint64_t epoch() const noexcept { return m_state->connections.epoch(); }

    /// Waits until another process, or this one, has told of a change, or a connection for that was made anew; for at
    /// most this time. May return early.
    void wait_for_change(std::chrono::milliseconds most) const {
        if (!m_state->wait(most)) detail::sleep_for(most);
    }

private:
    enum class repeat : bool { never, if_lost };
    static constexpr std::size_t least_for_two = 512;  // credentials, as a verifier asks for that is far behind
    static constexpr const char* one_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    explicit basic_postgres_store(std::unique_ptr<sessions> opened) noexcept : m_state{std::move(opened)} {}

    /// Runs `read(connection&)`; again on another connection, if this one had been closed since it was used last.
    template <typename Read>
    auto reading(Read read, repeat how = repeat::if_lost) const -> decltype(read(std::declval<connection&>())) {
        for (;;) {
            auto on = m_state->borrow(m_state->readers);
            if (!on) return std::move(on).error();
            auto outcome = read(*on->first);
            const bool again = how == repeat::if_lost && on->second && (*on->first).was_closed();
            if (outcome || !again) return outcome;
        }
    }

    /// Runs `write(connection&, head, identity)` in a transaction, alone, and commits it if that succeeds.
    template <typename Write>
    auto writing(Write write)
        -> decltype(write(std::declval<connection&>(), feed_head{}, std::optional<store_identity>{})) {
        for (;;) {
            auto lease = m_state->borrow(m_state->writer);
            if (!lease) return std::move(lease).error();
            connection& on = *lease->first;
            auto begun = detail::postgres::begin_writing(on, m_state->where);
            if (!begun && lease->second && on.was_closed()) continue;
            if (!begun) return std::move(begun).error();
            auto outcome = write(on, begun->head, std::move(begun->identity));
            if (!outcome) return outcome;
            auto done = detail::postgres::commit(on);
            m_state->heard.fetch_add(1, std::memory_order_acq_rel);
            if (!done) return std::move(done).error();
            return outcome;
        }
    }

    std::unique_ptr<sessions> m_state;
};

}  // namespace shearline::inline v0_1

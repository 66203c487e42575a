// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Where a store is, and what is asked of a server before it is used: its settings, its version, that it is the primary.
// Depends on store/postgres/connection.hpp; for postgres_store.hpp, not in the umbrella.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/chrono.hpp>
#include <shearline/store/postgres/connection.hpp>
#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// How long a server lets a writer do nothing inside a transaction, before it ends it for the others' sake.
inline constexpr std::int64_t idle_writer_ms = 3'000;

/// Reads a connection string or URI. `invalid_argument` if it is none, or holds a password; the error never quotes it.
/// In a URI, a `/` ends what could be a user and a password: of a password with a `/` in it, libpq takes the first part
/// for a port, and the rest, with the host behind it, for a database, and would show both.
[[nodiscard]] inline result<place> place_of(const std::string& conninfo, std::string_view schema) {
    const bool is_name =
        !schema.empty() && schema.size() <= 40 && std::all_of(schema.begin(), schema.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!is_name || schema.starts_with("pg_"))
        return error{errc::invalid_argument,
                     "the name of the schema must be 1 to 40 characters of a-z, 0-9 and _, and not begin with pg_"};
    const auto free_all = [](PQconninfoOption* all) { PQconninfoFree(all); };
    char* why = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(free_all)> all{PQconninfoParse(conninfo.c_str(), &why), free_all};
    const std::unique_ptr<char, free_memory> owned{why};  // quotes the string, a password in it too
    if (!all)
        return error{errc::invalid_argument,
                     "is not a PostgreSQL connection string: write postgresql://USER@HOST:PORT/DATABASE"};
    const auto value_of = [&](std::string_view keyword) -> std::string_view {
        for (const PQconninfoOption* one = all.get(); one->keyword != nullptr; ++one)
            if (keyword == one->keyword && one->val != nullptr) return one->val;
        return {};
    };
    if (!value_of("password").empty())
        return error{errc::invalid_argument,
                     "the connection string holds a password, which others could read: put it into a password file "
                     "(passfile, ~/.pgpass), a service file, or PGPASSWORD"};
    if (value_of("port").find_first_not_of("0123456789,") != std::string_view::npos ||
        value_of("dbname").find_first_of("@/=") != std::string_view::npos)
        return error{errc::invalid_argument,
                     "the connection string has a port that is no number, or a database with @, / or = in its name, "
                     "which may be a part of a password: write postgresql://USER@HOST:PORT/DATABASE"};
    place made{.conninfo = conninfo, .schema = sql_name(schema), .channel = {}, .name = "postgresql://"};
    made.channel = sql_name("shearline_" + std::string{schema});
    made.name += value_of(value_of("host").empty() ? "hostaddr" : "host");
    if (!value_of("port").empty()) made.name.append(":").append(value_of("port"));
    made.name.append("/").append(value_of("dbname"));
    if (!value_of("service").empty()) made.name.append("?service=").append(value_of("service"));
    return made;
}

/// Sets how the session works, and checks the server. Returns its epoch: what names one history of one database.
[[nodiscard]] inline result<std::string> begin_session(connection& on, const place& where) {
    // Writers set theirs again in each transaction. The role's search path may find other functions first. Without
    // warnings, a commit that no standby confirmed would seem to be confirmed.
    auto asked = on.ask(
        "SELECT pg_catalog.set_config('search_path', 'pg_catalog', false), "
        "pg_catalog.set_config('statement_timeout', ?1::bigint::text, false), "
        "pg_catalog.set_config('tcp_user_timeout', ?1::bigint::text, false), "
        "pg_catalog.set_config('lock_timeout', ?2::bigint::text, false), "
        "pg_catalog.set_config('client_min_messages', 'warning', false), "
        "pg_catalog.set_config('default_transaction_isolation', 'read committed', false), "
        "pg_catalog.set_config('jit', 'off', false), "
        "pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', false), "
        "pg_catalog.set_config('enable_seqscan', 'off', false)",
        std::int64_t{where.answer.count()}, std::int64_t{where.busy.count()});
    if (asked)
        asked = on.ask(
            "SELECT current_setting('server_version_num')::bigint, pg_is_in_recovery()::int, "
            "(current_setting('fsync') = 'on')::int, (current_setting('full_page_writes') = 'on')::int, "
            "(SELECT system_identifier FROM pg_control_system()), CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
            "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END, "
            "coalesce(to_regclass('main.change')::oid::bigint, 0), pid::bigint, "
            "(extract(epoch FROM backend_start) * 1000000)::bigint FROM pg_stat_activity WHERE pid = pg_backend_pid()");
    if (!asked) return std::move(asked).error();
    auto all = on.answers();
    if (!all) return std::move(all).error();
    std::int64_t version = 0;
    bool is_standby = false;
    bool syncs = false;
    bool writes_pages = false;
    std::string epoch;
    auto done = sql::take_rows(all->back(), 1, [&](auto& row) {
        version = row.integer(0, 1'000'000);
        is_standby = row.integer(0, 1) == 1;
        syncs = row.integer(0, 1) == 1;
        writes_pages = row.integer(0, 1) == 1;
        epoch = std::to_string(row.bits());
        epoch.append("-").append(std::to_string(row.count(0))).append("-").append(std::to_string(row.count(0)));
        on.set_backend({row.integer(0, INT64_MAX), row.integer(0, INT64_MAX)});
    });
    if (!done) return std::move(done).error();
    const auto refuse = [&](errc what, std::string_view why) {
        return error{what, where.name + ": " + std::string{why}};
    };
    if (version < 130'000)
        return refuse(errc::wrong_version, "the server is older than PostgreSQL 13, which this library needs");
    if (is_standby)
        return refuse(errc::unavailable,
                      "is a standby, which cannot revoke and may be behind: name the primary, or several hosts with "
                      "target_session_attrs=read-write");
    if (!syncs || !writes_pages)
        return refuse(errc::illegal_state,
                      "the server runs with fsync or full_page_writes off: a power cut would undo revocations; set "
                      "both on");
    return epoch;
}

/// Commits a transaction. One whose answer does not come may wait for a standby, and would keep the others from their
/// turn: its server is asked, over another connection, to end that.
[[nodiscard]] inline result<void> commit(connection& on) {
    auto done = on.commit();
    if (done || done.error().code() != errc::in_doubt || !on.is_lost()) return done;
    // Not PQcancel: while nobody answers, that waits without an end.
    if (auto beside = connection::open(on.where()))
        (void)(*beside)->prepare(
            "SELECT pg_catalog.pg_cancel_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid::bigint = ?1 AND "
            "(extract(epoch FROM backend_start) * 1000000)::bigint = ?2",
            on.served_by().process, on.served_by().started);
    return done;
}

/// Makes connections to one place. After a failure it waits before it tries again, longer each time up to a second;
/// until then every call fails at once. Thread-safe.
class connector {
public:
    explicit connector(const place& where) noexcept : m_where{&where} {}

    [[nodiscard]] result<std::unique_ptr<connection>> connect() {
        {
            const std::scoped_lock lock{m_mutex};
            if (m_failure && std::chrono::steady_clock::now() < m_retry_at) return *m_failure;
        }
        auto made = connection::open(*m_where);
        auto epoch = made ? begin_session(**made, *m_where) : result<std::string>{made.error()};
        const std::scoped_lock lock{m_mutex};
        if (!epoch) {
            m_pause = std::clamp(2 * m_pause, std::chrono::milliseconds{20}, std::chrono::milliseconds{1'000});
            m_retry_at = std::chrono::steady_clock::now() + m_pause;
            return m_failure.emplace(std::move(epoch).error());
        }
        m_failure.reset();
        m_pause = {};
        if (m_name_of_epoch != *epoch) {
            m_name_of_epoch = *std::move(epoch);
            m_epoch.fetch_add(1, std::memory_order_acq_rel);
        }
        (*made)->set_epoch(m_epoch.load(std::memory_order_relaxed));
        return made;
    }

    /// How many epochs were seen.
    [[nodiscard]] std::uint64_t epoch() const noexcept { return m_epoch.load(std::memory_order_acquire); }

private:
    const place* m_where;
    std::mutex m_mutex;
    std::optional<error> m_failure;
    std::chrono::milliseconds m_pause{};
    std::chrono::steady_clock::time_point m_retry_at{};
    std::string m_name_of_epoch;
    std::atomic<std::uint64_t> m_epoch{0};
};

}  // namespace shearline::inline v0_1::detail::postgres

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Creates or upgrades the tables of a store, and checks that they are those of this library, and that it may use them.
// Depends on store/postgres/session.hpp and store/postgres/schema.hpp; for postgres_store.hpp, not in the umbrella.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/store/postgres/connection.hpp>
#include <shearline/store/postgres/schema.hpp>
#include <shearline/store/postgres/session.hpp>
#include <shearline/store/postgres/values.hpp>
#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// The number that a query gives, or nothing if it gives no row.
template <typename... Values>
[[nodiscard]] result<std::optional<std::int64_t>> number(connection& on, std::string_view sql,
                                                         const Values&... values) {
    std::optional<std::int64_t> found;
    auto done = sql::each_row(
        on, 1, [&](auto& row) { found = row.integer(0, std::numeric_limits<std::int64_t>::max()); }, sql, values...);
    if (!done) return std::move(done).error();
    return found;
}

/// The version of the schema; 0 if it has no table `store`. `corrupt` if that is another application's.
[[nodiscard]] inline result<std::int64_t> version_of(connection& on, std::string_view schema) {
    // Not by to_regclass: a session remembers what was missing, and locks nothing here that would tell it the news.
    auto known = number(on,
                        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                        "WHERE n.nspname = convert_from(?1, 'UTF8') AND c.relname = 'store'",
                        schema);
    if (!known) return std::move(known).error();
    if (!*known) return std::int64_t{0};
    std::int64_t version = -1;
    auto done = sql::each_row(
        on, 1,
        [&](auto& row) {
            version = row.integer(0, 1'000'000);
            row.require(row.text() == application);
        },
        "SELECT version, application FROM main.store");
    if (done && version >= 1) return version;
    if (!done && done.error().code() != errc::corrupt) return std::move(done).error();
    return error{errc::corrupt, on.path() + ": the schema " + on.schema() +
                                    " has a table `store` that is not this library's: give another schema"};
}

/// Creates the schema's tables or brings them forward, in one transaction; if several processes come at once, one does
/// it, and the others wait.
[[nodiscard]] inline result<void> migrate(connection& on, std::string_view schema) {
    auto version = version_of(on, schema);
    if (!version) return std::move(version).error();
    if (*version == schema_version) return {};
    if (*version > schema_version)
        return error{errc::wrong_version, on.path() + ": its schema has version " + std::to_string(*version) +
                                              ", this build knows versions up to " + std::to_string(schema_version) +
                                              ": use a newer build"};
    auto done = on.say("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    if (done) done = on.write("SELECT pg_advisory_xact_lock(7309475598860871009)");  // "shearlin" and a digit more
    if (!done) return done;
    auto held = version_of(on, schema);  // another process may have been first
    if (!held) return std::move(held).error();
    auto has_schema = number(on, "SELECT 1 FROM pg_namespace WHERE nspname = convert_from(?1, 'UTF8')", schema);
    if (!has_schema) return std::move(has_schema).error();
    if (!*has_schema) done = on.script("CREATE SCHEMA " + sql_name(schema));
    for (std::int64_t next = *held; done && next < schema_version; ++next)
        done = on.script(translated(steps[static_cast<std::size_t>(next)], sql_name(schema)));
    if (done) done = on.write("UPDATE main.store SET version = ?1", schema_version);
    if (done) done = commit(on);
    if (done) return done;
    return error{done.error().code(), done.error().context() + " (while it made the tables of version " +
                                          std::to_string(schema_version) +
                                          "; the role needs CREATE on the database, or on the schema)"};
}

/// Whether all tables are there, do only what this library made them for, and may be used by this role.
[[nodiscard]] inline result<void> check_tables(connection& on, std::string_view schema) {
    array names{type::bytes};
    for (const std::string_view one : tables) names.add(one);
    std::size_t found = 0;
    std::string foreign;
    std::string forbidden;
    auto done = sql::each_row(
        on, tables.size(),
        [&](auto& row) {
            const std::string name = row.text();
            if (row.integer(0, 1) == 0) foreign = name;
            if (row.integer(0, 1) == 0) forbidden = name;
            ++found;
        },
        "SELECT convert_to(c.relname::text, 'UTF8'), (c.relkind = 'r' AND c.relpersistence = 'p' AND NOT "
        "c.relhasrules AND NOT c.relrowsecurity AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN "
        "(i.inhparent, i.inhrelid)) AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT "
        "t.tgisinternal))::int, "
        "(has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND "
        "has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))::int "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = convert_from(?1, 'UTF8') "
        "AND convert_to(c.relname::text, 'UTF8') = ANY (?2)",
        schema, names);
    if (!done) return done;
    if (found != tables.size())
        return error{errc::corrupt, on.path() + ": the schema " + on.schema() +
                                        " lacks tables of this library: restore it from a backup"};
    if (!foreign.empty())
        return error{errc::corrupt, on.path() + ": the table `" + foreign +
                                        "` has a trigger, a rule or row security, is a view or unlogged, or inherits, "
                                        "which this library does not make: remove it"};
    if (!forbidden.empty())
        return error{errc::permission_denied, on.path() + ": the role may not use the table `" + forbidden +
                                                  "`: grant it SELECT, INSERT, UPDATE and DELETE"};
    return {};
}

/// What a transaction that writes has read when it begins.
struct begun_writing {
    feed_head head;
    std::optional<store_identity> identity;
};

/// Begins a transaction that writes, in one exchange: it waits for its turn, and then reads the end of the feed and the
/// store's identity. Its settings hold whatever the session's are.
[[nodiscard]] inline result<begun_writing> begin_writing(connection& on, const place& where) {
    auto asked = on.say("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    if (asked)
        asked = on.ask(
            "SELECT set_config('lock_timeout', ?1::bigint::text, true), "
            "set_config('statement_timeout', ?2::bigint::text, true), "
            "set_config('idle_in_transaction_session_timeout', ?3::bigint::text, true), "
            "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' "
            "THEN 'remote_apply' ELSE 'on' END, true)",
            std::int64_t{where.busy.count()}, std::int64_t{where.busy.count() + where.answer.count()}, idle_writer_ms);
    if (asked) asked = on.ask("SELECT version FROM main.store WHERE one = 1 FOR UPDATE");
    if (asked) asked = on.ask(sql::head_query);
    if (asked) asked = on.ask(sql::identity_query);
    if (!asked) return std::move(asked).error();
    auto all = on.answers(where.busy);
    if (!all) return std::move(all).error();
    std::int64_t version = 0;
    auto done = sql::take_rows((*all)[1], 1, [&](auto& row) { version = row.integer(0, 1'000'000); });
    if (!done) return std::move(done).error();
    if (version != schema_version)
        return error{errc::wrong_version, where.name + ": its schema has version " + std::to_string(version) +
                                              " now, and this process works with version " +
                                              std::to_string(schema_version) + ": restart it with a newer build"};
    auto head = sql::head_in((*all)[2]);
    if (!head) return std::move(head).error();
    auto identity = sql::identity_in((*all)[3]);
    if (!identity) return std::move(identity).error();
    return begun_writing{*head, *std::move(identity)};
}

}  // namespace shearline::inline v0_1::detail::postgres

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a store in PostgreSQL refuses to open, with the reason and without a trace; and the databases, roles and
// settings that it works with.
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../../support/in_child.hpp"
#include "../../support/postgres_place.hpp"
#include "../../support/stores.hpp"

using namespace support;
using namespace std::chrono_literals;
using options = shearline::postgres_options;  // support has one, too

namespace {

std::string run(const std::string& sql, const std::string& dbname = "postgres") {
    return shared_server().run_sql(sql, dbname);
}

/// Every table and schema of a database, and which transaction made or changed it.
std::string content_of(const postgres_server& server, const std::string& dbname) {
    return server.run_sql(
        "SELECT (SELECT string_agg(nspname, ' ' ORDER BY oid) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp') "
        "|| coalesce((SELECT string_agg(concat_ws(' ', nspname, relname, c.xmin, pg_relation_filenode(c.oid)), ', ' "
        "ORDER BY c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname NOT IN "
        "('pg_catalog', "
        "'pg_toast', 'information_schema')), '')",
        dbname);
}

/// Requires that opening fails, with this code, these words and the place, and changes nothing.
void refuses(const std::string& conninfo, const options& how, errc code, const std::string& words,
             const postgres_server& server = shared_server(), const std::string& dbname = "postgres") {
    BOOST_TEST_CONTEXT(words) {
        const std::string before = content_of(server, dbname);
        const auto opened = postgres_store::open(conninfo, how);
        BOOST_REQUIRE(!opened);
        const std::string& said = opened.error().context();
        BOOST_TEST(opened.error().code() == code, said);
        BOOST_TEST(said.find(words) != std::string::npos, said);
        if (code != errc::invalid_argument) BOOST_TEST(said.starts_with("postgresql://127.0.0.1"), said);
        BOOST_TEST(content_of(server, dbname) == before, said);
    }
}
void refuses(const std::string& schema, errc code, const std::string& words) {
    refuses(shared_server().conninfo(), {.schema = schema}, code, words);
}

/// A schema with our tables, and then what these statements make of it: `@` stands for its name.
std::string changed_schema(const std::string& sql) {
    postgres_place place;
    must(issue(place.store, 1));
    std::string statements;
    for (const char each : sql) statements += each == '@' ? place.schema : std::string{each};
    run(statements);
    return place.schema;
}

/// Makes a role that may log in, and gives it these settings.
std::string new_role(const std::vector<std::string>& settings = {}) {
    static int made = 0;
    const std::string name = "role_" + std::to_string(++made);
    run("CREATE ROLE " + name + " LOGIN");
    for (const std::string& each : settings) run("ALTER ROLE " + name + " SET " + each);
    return name;
}
std::string as(const std::string& role, const std::string& dbname = "postgres") {
    return shared_server().conninfo(dbname, role);
}
/// The grants of docs/fleet.md.
void grant_all(const std::string& schema, const std::string& role) {
    run("GRANT USAGE ON SCHEMA " + schema + " TO " + role);
    run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO " + role);
}

/// Uses all that a store does, and reads what it wrote.
void use(postgres_store& store, std::uint32_t number = 1) {
    must(issue(store, number));
    const handle key{number + 1ULL};
    BOOST_TEST(must(store.look_up(format_name, key)).has_value());
    BOOST_TEST(must(store.read(id_of(number))).has_value());
    BOOST_TEST(must(store.list({}, "acme")).items.size() >= 1U);
    BOOST_TEST(must(store.audit({}, "acme")).items.size() >= 1U);
    const usage used{std::string{format_name}, key, at_ms(5), 3};
    must(store.record_usage({&used, 1}));
    scanned all;
    BOOST_TEST((must(store.scan(format_name, all)) == must(store.head())));
    BOOST_TEST(all.owners.size() >= 1U);
    must(revoke_key(store, number));
    must(store.trim(1));
    BOOST_TEST(must(store.look_up(format_name, key))->key.uses == 3U);
    BOOST_TEST((must(store.look_up(format_name, key))->key.state == key_state::revoked));
}

/// Sets settings of a server that it takes while it runs.
void set(const postgres_server& server, const std::string& name, const std::string& value) {
    server.run_sql("ALTER SYSTEM SET " + name + " = '" + value + "'");
    server.run_sql("SELECT pg_reload_conf()");
    for (int i = 0; i < 1'000 && server.run_sql("SHOW " + name) != value; ++i) std::this_thread::sleep_for(5ms);
    BOOST_REQUIRE(server.run_sql("SHOW " + name) == value);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(opening_in_postgres, *if_postgres)

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_reached_or_does_not_let_it_in) {
    const reserved_port nobody;
    const auto begun = std::chrono::steady_clock::now();
    refuses("host=127.0.0.1 port=" + std::to_string(nobody.number()) + " dbname=postgres user=postgres", {},
            errc::unavailable, "refused");
    BOOST_TEST((std::chrono::steady_clock::now() - begun < 5s));
    refuses(shared_server().conninfo("no_such_database"), {}, errc::not_found, "does not exist");
    refuses(as("no_such_role"), {}, errc::permission_denied, "does not exist");
    run("CREATE ROLE sleeper NOLOGIN");
    refuses(as("sleeper"), {}, errc::permission_denied, "not permitted to log in");
    run("CREATE DATABASE closed");
    run("REVOKE CONNECT ON DATABASE closed FROM public");
    refuses(as(new_role(), "closed"), {}, errc::permission_denied, "permission denied for database");
}

BOOST_AUTO_TEST_CASE(trusts_the_certificate_that_it_was_given_and_no_other) {
    const postgres_server server;
    const auto make_certificate = [](const std::string& folder, const std::string& name) {
        const std::string command = "cd '" + folder +
                                    "' && openssl req -x509 -newkey ec -pkeyopt "
                                    "ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" +
                                    name + " -addext subjectAltName=IP:127.0.0.1 -keyout " + name + ".key -out " +
                                    name + ".crt 2>/dev/null && chmod 600 *.key && chown --reference=. *.key *.crt";
        BOOST_REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
        return folder + "/" + name + ".crt";
    };
    const temporary_folder folder;
    const std::string data = server.data_folder();
    const std::string ours = folder / "ours.crt";
    write_bytes(ours, bytes_of(make_certificate(data, "server")));
    const std::string another = make_certificate(folder / "", "another");
    server.run_sql("ALTER SYSTEM SET ssl_cert_file = 'server.crt'");
    server.run_sql("ALTER SYSTEM SET ssl_key_file = 'server.key'");
    server.run_sql("ALTER SYSTEM SET ssl = on");
    server.run_sql("SELECT pg_reload_conf()");
    for (int i = 0; i < 1'000 && server.run_sql("SHOW ssl") != "on"; ++i) std::this_thread::sleep_for(5ms);

    const std::string checked = server.conninfo() + " sslmode=verify-full sslrootcert=";
    const auto refused = postgres_store::open(checked + another);
    BOOST_TEST(code_of(refused) == errc::permission_denied);
    BOOST_TEST(refused.error().context().find("certificate") != std::string::npos, refused.error().message());
    const auto store = must(postgres_store::open(checked + ours));
    must(store.head());
    const std::string sessions =
        "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'shearline'";
    BOOST_TEST(server.run_sql("SELECT count(*) > 0 AND bool_and(ssl) " + sessions) == "t");
    const auto plain = must(postgres_store::open(server.conninfo() + " sslmode=disable", {.schema = "plain"}));
    must(plain.head());
    BOOST_TEST(server.run_sql("SELECT bool_and(ssl) " + sessions) == "f");  // the control
}

BOOST_AUTO_TEST_CASE(gives_a_password_from_a_file_and_never_shows_it) {
    run("CREATE ROLE guarded LOGIN PASSWORD 'hunter2'");
    const std::string rules = shared_server().data_folder() + "/pg_hba.conf";
    const std::string before = bytes_of(rules);
    write_bytes(rules, "host all guarded 127.0.0.1/32 scram-sha-256\n" + before);
    run("SELECT pg_reload_conf()");
    for (int i = 0; i < 1'000 && postgres_store::open(as("guarded"), {.schema = "guarded"}); ++i) {
        std::this_thread::sleep_for(5ms);
        run("DROP SCHEMA IF EXISTS guarded CASCADE");
    }
    refuses(as("guarded"), {}, errc::permission_denied, "no password supplied");
    const temporary_folder folder;
    const std::string file = folder / "passwords";
    const auto with_password = [&](const std::string& word) {
        write_bytes(file, "*:*:*:guarded:" + word + "\n");
        BOOST_REQUIRE(::chmod(file.c_str(), 0600) == 0);
        return as("guarded") + " passfile=" + file;
    };
    refuses(with_password("hunter3"), {}, errc::permission_denied, "password authentication failed");
    BOOST_TEST(postgres_store::open(with_password("hunter3")).error().context().find("hunter3") == std::string::npos);
    run("GRANT CREATE ON DATABASE postgres TO guarded");
    auto store = must(postgres_store::open(with_password("hunter2"), {.schema = new_schema()}));
    use(store);
    write_bytes(rules, before);
    run("SELECT pg_reload_conf()");
}

BOOST_AUTO_TEST_CASE(refuses_a_password_in_the_connection_string_and_never_shows_it) {
    const std::string port = std::to_string(shared_server().port());
    const std::string at = "@127.0.0.1:" + port + "/postgres";
    for (const std::string& conninfo : std::vector<std::string>{
             "host=127.0.0.1 port=" + port + " user=postgres password=hunter2",
             "host=127.0.0.1 port=" + port + " user=postgres password='hunter2'",
             "postgresql://postgres:hunter2" + at,
             "postgres://postgres:hunter2" + at,
             "postgresql://postgres@127.0.0.1:" + port + "/postgres?password=hunter2",
             "postgresql://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable&password=hunter2",
             "postgresql://postgres:%68unter2" + at,
             "postgresql://postgres:hunter2?x" + at,
             "postgresql://postgres:hunter2@x" + at,
         })
        BOOST_TEST_CONTEXT(conninfo) {
            const auto opened = postgres_store::open(conninfo);
            BOOST_TEST(code_of(opened) == errc::invalid_argument);
            const std::string& said = opened.error().context();
            BOOST_TEST(said.find("password file") != std::string::npos, said);
            BOOST_TEST(said.find("unter2") == std::string::npos, said);
        }
    // Malformed, or such that a part of the password is taken for a port or a database.
    for (const std::string& conninfo : std::vector<std::string>{
             "host=127.0.0.1 password='hunter2",
             "host=127.0.0.1 passwort=hunter2",
             "hunter2",
             "postgresql://postgres:hunter2%zz" + at,
             "postgresql://postgres@127.0.0.1:" + port + "/postgres?passwd=hunter2",
             "postgresql://postgres:hunter2/x" + at,
             "postgresql://postgres:x/hunter2" + at,
             "postgresql://postgres:12/hunter2" + at,
             "postgresql://postgres:/hunter2" + at,
             "postgresql://postgres:hunter2",
             "host=127.0.0.1 port=hunter2",
             "host=127.0.0.1 dbname='postgresql://postgres:hunter2" + at + "'",
             "host=127.0.0.1 dbname='user=postgres password=hunter2'",
         })
        BOOST_TEST_CONTEXT(conninfo) {
            const auto opened = postgres_store::open(conninfo);
            BOOST_TEST(code_of(opened) == errc::invalid_argument);
            const std::string& said = opened.error().context();
            BOOST_TEST(said.find("connection string") != std::string::npos, said);
            BOOST_TEST(said.find("unter2") == std::string::npos, said);
        }
}

BOOST_AUTO_TEST_CASE(refuses_a_server_that_could_lose_a_revocation) {
    postgres_server primary;
    const auto standby = primary.make_standby();
    refuses(standby.conninfo(), {}, errc::unavailable, "is a standby", standby);
    refuses("host=127.0.0.1 port=" + std::to_string(standby.port()) + " user=postgres target_session_attrs=read-write",
            {}, errc::unavailable, "read-only", standby);
    for (const char* const setting : {"fsync", "full_page_writes"}) {
        set(primary, setting, "off");
        refuses(primary.conninfo(), {}, errc::illegal_state, "power cut", primary);
        set(primary, setting, "on");
    }
    auto store = must(postgres_store::open(primary.conninfo()));
    use(store);
}

BOOST_AUTO_TEST_CASE(refuses_tables_that_are_not_its_own) {
    refuses(changed_schema("UPDATE @.store SET version = 2"), errc::wrong_version, "use a newer build");
    refuses(changed_schema("UPDATE @.store SET version = 1000000"), errc::wrong_version, "use a newer build");
    constexpr const char* not_ours = "has a table `store` that is not this library's: give another schema";
    for (const char* const sql :
         {"UPDATE @.store SET version = 0", "UPDATE @.store SET version = -1", "UPDATE @.store SET version = 1000001",
          "UPDATE @.store SET application = 'else'", "DELETE FROM @.store",
          "DROP TABLE @.store; CREATE TABLE @.store()", "ALTER TABLE @.store ALTER version TYPE text",
          "ALTER TABLE @.store ALTER application TYPE text USING 'shearline'", "ALTER TABLE @.store DROP application",
          "ALTER TABLE @.store DROP one; INSERT INTO @.store VALUES ('shearline', 1)"})
        refuses(changed_schema(sql), errc::corrupt, not_ours);
    for (const char* const table : {"store", "credential", "idempotency"}) {  // another application's
        const std::string schema = new_schema();
        run("CREATE SCHEMA " + schema + "; CREATE TABLE " + schema + "." + table + "(id int, name text)");
        refuses(schema, errc::corrupt,
                table == std::string{"store"} ? not_ours : "its tables are not what this library");
    }
    for (const auto table : detail::postgres::tables)
        if (table != "store")
            refuses(changed_schema("DROP TABLE @." + std::string{table} + " CASCADE"), errc::corrupt, "lacks tables");
    constexpr const char* planted = "has a trigger, a rule or row security";
    for (const auto table : detail::postgres::tables) {
        const std::string name = "@." + std::string{table};
        refuses(changed_schema("CREATE FUNCTION @.undo() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
                               "CREATE TRIGGER planted BEFORE UPDATE ON " +
                               name + " FOR EACH ROW EXECUTE FUNCTION @.undo()"),
                errc::corrupt, "the table `" + std::string{table} + "` " + planted);
        refuses(changed_schema("CREATE RULE planted AS ON DELETE TO " + name + " DO INSTEAD NOTHING"), errc::corrupt,
                planted);
        refuses(changed_schema("ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY"), errc::corrupt, planted);
        refuses(
            changed_schema("ALTER TABLE " + name + " RENAME TO kept; CREATE VIEW " + name + " AS SELECT * FROM @.kept"),
            errc::corrupt, planted);
    }
    for (const char* const sql : {"CREATE TABLE @.more() INHERITS (@.record)",  // a query would read its rows, too
                                  "ALTER TABLE @.change SET UNLOGGED"})         // a crash would empty it
        refuses(changed_schema(sql), errc::corrupt, planted);
}

BOOST_AUTO_TEST_CASE(refuses_a_role_that_may_not_do_all_of_it) {
    const std::string role = new_role();
    const std::string schema = changed_schema("");
    const options there{.schema = schema};
    refuses(as(role), {.schema = new_schema()}, errc::permission_denied, "the role needs CREATE on the database");
    refuses(as(role), there, errc::permission_denied, "grant");
    run("GRANT USAGE ON SCHEMA " + schema + " TO " + role);
    refuses(as(role), there, errc::permission_denied, "grant");
    grant_all(schema, role);
    for (const auto table : detail::postgres::tables)
        for (const std::string right : {"SELECT", "INSERT", "UPDATE", "DELETE"}) {
            const std::string on = right + " ON " + schema + "." + std::string{table};
            run("REVOKE " + on + " FROM " + role);
            const bool at_once = table == "store" && right == "SELECT";
            refuses(as(role), there, errc::permission_denied,
                    at_once ? "the role may not use the tables" : "the table `" + std::string{table} + "`: grant it");
            run("GRANT " + on + " TO " + role);
        }
    auto store = must(postgres_store::open(as(role), there));
    use(store, 2);
    BOOST_TEST(run("SELECT count(*) FROM pg_class WHERE relowner = '" + role + "'::regrole") == "0");
}

BOOST_AUTO_TEST_CASE(refuses_names_and_options_out_of_range) {
    const std::string to = shared_server().conninfo();
    for (const std::string& name : {std::string{}, std::string(41, 'a'), std::string{"Acme"}, std::string{"a-b"},
                                    std::string{"a b"}, std::string{"a\"b"}, std::string{"a.b"}, std::string{"pg_a"},
                                    std::string{"\xc3\xa9"}, std::string{"a\0b", 3}})
        refuses(to, {.schema = name}, errc::invalid_argument, "the name of the schema");
    for (const options& how : {options{.busy_timeout = 0ms}, options{.busy_timeout = -1ms},
                               options{.busy_timeout = 3'600'001ms}, options{.answer_timeout = 99ms},
                               options{.answer_timeout = 3'600'001ms}, options{.readers = 0}, options{.readers = 65}})
        refuses(to, how, errc::invalid_argument, "busy_timeout must be 1 ms to 1 hour");
    for (const options& how :
         {options{.schema = std::string(40, 'a'), .busy_timeout = 1ms, .answer_timeout = 1'000ms, .readers = 1},
          options{.schema = "0_9", .busy_timeout = 1h, .answer_timeout = 1h, .readers = 64}}) {
        auto store = must(postgres_store::open(to, how));
        use(store);
    }
}

BOOST_AUTO_TEST_CASE(keeps_and_compares_bytes_in_every_encoding_and_collation) {
    run("CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    run("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
    std::vector<std::string> databases{"postgres", "latin1", "ascii"};
    if (run("SELECT count(*) > 0 FROM pg_collation WHERE collprovider = 'i'") == "t") {  // ignores case and accents
        run("CREATE DATABASE icu TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu "
            "ICU_LOCALE 'und-u-ks-level1-ka-shifted'");
        databases.emplace_back("icu");
    }
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    const std::vector<std::string> tenants{"acme",
                                           "ACME",
                                           "ac-me",
                                           "acm\xc3\xa9",
                                           "acme\u0301",
                                           "acme ",
                                           " acme",
                                           "acme\0",
                                           every_byte,
                                           "\xff\xfe",
                                           "acm\xe9",
                                           "a\\143me",
                                           "\\x61636d65",
                                           "'; DROP --",
                                           std::string{"acme\0", 5},
                                           std::string{"\0", 1}};
    for (const std::string& dbname : databases) BOOST_TEST_CONTEXT(dbname) {
            const std::string schema = new_schema();
            auto store = must(postgres_store::open(shared_server().conninfo(dbname), {.schema = schema}));
            std::uint32_t number = 0;
            for (const std::string& tenant : tenants) must(issue(store, ++number, tenant));
            number = 0;
            for (const std::string& tenant : tenants) {
                const std::uint64_t key = ++number + 1ULL;
                const auto found = must(store.list({}, tenant)).items;
                const auto same = static_cast<std::size_t>(std::count(tenants.begin(), tenants.end(), tenant));
                BOOST_TEST(found.size() == same);
                for (const credential_view& one : found) BOOST_TEST((one.about.tenant == tenant));
                BOOST_TEST((must(store.look_up(format_name, handle{key}))->about.tenant == tenant));
                BOOST_TEST((must(store.read_live(id_of(number)))->about.tenant == tenant));
                BOOST_TEST(must(store.audit({}, tenant)).items.size() == same);
            }
            scanned all;
            must(store.scan(format_name, all));
            BOOST_REQUIRE(all.owners.size() == tenants.size());
            for (std::size_t i = 0; i < tenants.size(); ++i) BOOST_TEST((all.owners[i].tenant == tenants[i]));
            BOOST_TEST(!must(store.look_up("INSTANCE", handle{2})).has_value());
        }
}

BOOST_AUTO_TEST_CASE(makes_its_tables_once_if_several_processes_come_at_once) {
    for (int round = 0; round < 3; ++round) {
        const std::string schema = new_schema();
        const auto ready = std::chrono::steady_clock::now() + 100ms;
        std::vector<::pid_t> children;
        for (std::uint32_t number = 1; number <= 6; ++number)
            children.push_back(start_child([&] {
                std::this_thread::sleep_until(ready);
                auto store = postgres_store::open(shared_server().conninfo(), {.schema = schema});
                return store && issue(*store, number) ? 0 : 1;
            }));
        for (const ::pid_t child : children) BOOST_TEST(end_of(child) == 0);
        auto store = open_postgres(schema);
        BOOST_TEST(must(store.head()).sequence == 6U);
        BOOST_TEST(run("SELECT count(*) FROM " + schema + ".store") == "1");
    }
}

BOOST_AUTO_TEST_CASE(uses_the_tables_of_its_schema_whatever_the_search_path) {
    const std::string role = new_role({"search_path = public, pg_catalog"});
    for (const auto table : detail::postgres::tables)
        run("CREATE TABLE public." + std::string{table} + "(version int, application text, id int)");
    // Found before those of PostgreSQL, by a session with this path.
    run("CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS "
        "'BEGIN RAISE ''called''; END'");
    run("CREATE FUNCTION public.current_setting(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END'");
    run("CREATE FUNCTION public.differs(bytea, bytea) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; "
        "END'");
    run("CREATE OPERATOR public.= (leftarg = bytea, rightarg = bytea, function = public.differs)");
    const std::string schema = new_schema();
    run("CREATE SCHEMA " + schema + " AUTHORIZATION " + role);
    {
        auto store = must(postgres_store::open(as(role), {.schema = schema}));
        use(store);
    }
    auto again = must(postgres_store::open(as(role), {.schema = schema}));
    use(again, 2);
    for (const auto table : detail::postgres::tables) {
        BOOST_TEST(run("SELECT count(*) FROM public." + std::string{table}) == "0");
        run("DROP TABLE public." + std::string{table});
    }
    run("DROP OPERATOR public.= (bytea, bytea); DROP FUNCTION public.differs; DROP FUNCTION public.current_setting; "
        "DROP FUNCTION public.set_config");
}

BOOST_AUTO_TEST_CASE(is_as_strict_as_ever_whatever_is_set_for_its_role) {
    const std::string role =
        new_role({"default_transaction_isolation = serializable", "default_transaction_read_only = on",
                  "default_transaction_deferrable = on", "synchronous_commit = off", "statement_timeout = 200",
                  "lock_timeout = 1", "idle_session_timeout = 400", "idle_in_transaction_session_timeout = 1000",
                  "bytea_output = escape", "client_encoding = latin1", "extra_float_digits = -15",
                  "client_min_messages = error", "row_security = off", "timezone = 'Pacific/Chatham'",
                  "standard_conforming_strings = off", "quote_all_identifiers = on"});
    const std::string schema = new_schema();
    run("CREATE SCHEMA " + schema + " AUTHORIZATION " + role);
    auto store = must(postgres_store::open(as(role), {.schema = schema}));
    use(store);
    std::this_thread::sleep_for(900ms);  // all its sessions have ended
    BOOST_TEST(run("SELECT count(*) FROM pg_stat_activity WHERE usename = '" + role + "'") == "0");
    must(issue(store, 2));
    BOOST_TEST(must(store.look_up(format_name, handle{3})).has_value());
    std::this_thread::sleep_for(900ms);
    BOOST_TEST(must(store.look_up(format_name, handle{3})).has_value());
    must(issue(store, 3));

    {  // A read does not wait until others' serializable transactions have ended.
        const std::unique_ptr<PGconn, decltype(&PQfinish)> client{PQconnectdb(shared_server().conninfo().c_str()),
                                                                  &PQfinish};
        for (const char* const sql : {"BEGIN ISOLATION LEVEL SERIALIZABLE", "CREATE TABLE public.slow()"})
            PQclear(PQexec(client.get(), sql));
        BOOST_REQUIRE(PQtransactionStatus(client.get()) == PQTRANS_INTRANS);
        const auto begun = std::chrono::steady_clock::now();
        BOOST_TEST(must(store.look_up(format_name, handle{3})).has_value());
        BOOST_TEST((std::chrono::steady_clock::now() - begun < 5s));
    }

    // What a commit has, as the server sees it.
    run("CREATE TABLE public.seen(setting text, value text); GRANT INSERT ON public.seen TO public");
    run("CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.seen SELECT name, "
        "setting FROM pg_settings WHERE name IN (''synchronous_commit'', ''transaction_isolation'', "
        "''transaction_read_only'', ''lock_timeout'', ''statement_timeout''); RETURN NULL; END'");
    run("CREATE TRIGGER looks AFTER INSERT ON " + schema + ".change FOR EACH ROW EXECUTE FUNCTION public.look()");
    must(issue(store, 4));
    const auto seen = [](const std::string& setting) {
        return run("SELECT string_agg(value, ' ') FROM public.seen WHERE setting = '" + setting + "'");
    };
    BOOST_TEST(seen("synchronous_commit") == "on");
    BOOST_TEST(seen("transaction_isolation") == "read committed");
    BOOST_TEST(seen("transaction_read_only") == "off");
    BOOST_TEST(seen("lock_timeout") == "5000");
    BOOST_TEST(seen("statement_timeout") == "15000");
    run("TRUNCATE public.seen");
    run("ALTER ROLE " + role + " SET synchronous_commit = remote_apply");  // which is more
    std::this_thread::sleep_for(900ms);
    must(issue(store, 5));
    BOOST_TEST(seen("synchronous_commit") == "remote_apply");
    run("DROP TRIGGER looks ON " + schema + ".change; DROP FUNCTION public.look; DROP TABLE public.seen");
}

BOOST_AUTO_TEST_CASE(hears_that_no_standby_has_confirmed_whatever_is_set_for_its_role) {
    const postgres_server server;
    server.run_sql("CREATE ROLE quiet LOGIN SUPERUSER");
    server.run_sql("ALTER ROLE quiet SET client_min_messages = error");
    auto store = must(postgres_store::open(server.conninfo("postgres", "quiet")));
    must(issue(store, 1));
    set(server, "synchronous_standby_names", "nobody");
    std::thread administrator{[&] {
        for (int i = 0; i < 1'000; ++i) {
            if (server.run_sql("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE usename = 'quiet' AND "
                               "wait_event = 'SyncRep'") == "1")
                return;
            std::this_thread::sleep_for(5ms);
        }
    }};
    const auto done = issue(store, 2);
    administrator.join();
    BOOST_TEST(code_of(done) == errc::in_doubt);
    BOOST_TEST(done.error().context().find("no standby has confirmed") != std::string::npos, done.error().context());
    BOOST_TEST(must(store.look_up(format_name, handle{3})).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(opening_through_a_pooler, *if_pgbouncer)

BOOST_AUTO_TEST_CASE(works_in_session_mode) {
    const pgbouncer_server pool{shared_server(), pool_mode::session};
    const std::string schema = new_schema();
    auto store = must(postgres_store::open(pool.conninfo(), {.schema = schema}));
    use(store);
    auto other = open_postgres(schema);
    while (true) {
        const std::uint64_t before = store.change_count();
        store.wait_for_change(200ms);
        if (store.change_count() == before) break;
    }
    const std::uint64_t before = store.change_count();
    const auto begun = std::chrono::steady_clock::now();
    must(issue(other, 2));
    while (store.change_count() == before && std::chrono::steady_clock::now() - begun < 20s) store.wait_for_change(20s);
    BOOST_TEST((std::chrono::steady_clock::now() - begun < 10s));
    BOOST_TEST(must(store.look_up(format_name, handle{3})).has_value());
}

BOOST_AUTO_TEST_CASE(is_refused_in_transaction_mode) {
    const pgbouncer_server pool{shared_server(), pool_mode::transaction};
    const std::string schema = new_schema();
    for (int i = 0; i < 2; ++i) {  // without tables, and with them
        const auto opened = postgres_store::open(pool.conninfo(), {.schema = schema});
        BOOST_TEST(code_of(opened) == errc::unavailable);
        BOOST_TEST(opened.error().context().find("a pooler in transaction mode is between") != std::string::npos,
                   opened.error().context());
        auto store = open_postgres(schema);
        use(store, static_cast<std::uint32_t>(i) + 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Rows and tables that somebody made who owns the database: every column of every table null, empty, too long, out of
// range and of another type, and rows twice. What is read is an error, or what was proved; never more. (The attacks on
// single rows are in verifier/edited_rows.cpp, which another program runs over PostgreSQL.)
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../../support/edited_postgres.hpp"
#include "../../support/stores.hpp"

using namespace support;

namespace {

using bundle = policies<instance_format, recoverable>;

std::string ask(const std::string& sql) { return shared_server().run_sql(sql); }

struct column {
    std::string table, name, type;
    bool is_required{};  // NOT NULL
    bool is_searched{};  // by reads, which do not find a row then, or have no use for it
};

/// A store whose tables can be replaced by others for a moment.
struct hostile_world : world<postgres_store> {
    [[nodiscard]] const std::string& schema() const { return opened.schema; }
    void run(const std::string& sql) const { run_sql(opened, sql); }

    [[nodiscard]] std::vector<column> columns() const {
        std::istringstream lines{
            ask("SELECT string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable), E'\\n' ORDER "
                "BY table_name, ordinal_position) FROM information_schema.columns WHERE "
                "table_schema = '" +
                schema() + "'")};
        std::vector<column> all;
        std::string is_nullable;
        for (column one; lines >> one.table >> one.name >> one.type >> is_nullable;) {
            one.is_required = is_nullable == "NO";
            one.is_searched = one.table == "idempotency";
            for (const char* const name : {"sequence", "ordinal", "one", "format", "credential", "handle", "id"})
                one.is_searched = one.is_searched || one.name == name;
            all.push_back(one);
        }
        return all;
    }

    /// Replaces a table by one without constraints, in which a column has another value in every row; while it exists.
    class replaced {
    public:
        replaced(const hostile_world& in, const column& what, const std::string& value)
            : m_in{&in}, m_table{what.table} {
            std::string list;
            for (const column& one : in.all_columns)
                if (one.table == m_table)
                    list += (list.empty() ? "" : ", ") + (one.name == what.name ? value + " AS " : "") + one.name;
            in.run("ALTER TABLE " + m_table + " RENAME TO kept; CREATE TABLE " + m_table + " AS SELECT " + list +
                   " FROM kept");
        }
        replaced(const replaced&) = delete;
        replaced& operator=(const replaced&) = delete;
        ~replaced() { m_in->run("DROP TABLE " + m_table + "; ALTER TABLE kept RENAME TO " + m_table); }

    private:
        const hostile_world* m_in;
        std::string m_table;
    };

    issued_key issue(std::string tenant, std::vector<std::string> scopes, std::optional<timestamp> ends = {}) {
        return must(keys.issue({.tenant = std::move(tenant),
                                .name = "sync",
                                .scopes = std::move(scopes),
                                .metadata = {{"team", "sales"}},
                                .expires_at = ends},
                               {.actor = "admin", .idempotency_token = "0123456789abcdefghijkl"}));
    }

    std::vector<column> all_columns = columns();
    authority<bundle> keys = open<bundle>();
    issued_key reader = issue("acme", {"contacts:read"}, noon + 1h);
    issued_key rich = must(keys.issue({.tenant = "umbrella", .name = "all", .scopes = {"*:*"}}, admin));
};

/// What all calls on such a store gave.
struct outcome {
    bool authority_grants = false;
    bool verifier_grants = false;
    bool opened = false;
    std::size_t corrupt = 0;
};

/// Uses a store that is opened now, or one that has been open before, and whose statements are prepared.
outcome use(hostile_world& w, bool is_new = true) {
    outcome seen;
    const auto allow = [&](const auto& done, std::string_view what) {
        if (done) return true;
        const errc code = done.error().code();
        if (code == errc::corrupt) ++seen.corrupt;
        BOOST_TEST((code == errc::corrupt || code == errc::wrong_keyring || code == errc::wrong_version ||
                    code == errc::wrong_hash),
                   what << ": " << done.error().message());
        BOOST_TEST(done.error().message().find("contacts") == std::string::npos, done.error().message());
        return false;
    };
    std::optional<postgres_store> opened;
    if (is_new) {
        auto made = postgres_store::open(shared_server().conninfo(), {.schema = w.schema(), .readers = 1});
        if (!allow(made, "open")) return seen;
        opened = *std::move(made);
    }
    postgres_store* const store = is_new ? &*opened : &w.opened.store;
    seen.opened = true;
    const credential_id id = w.reader.credential;
    const auto& key = w.reader.handle;
    (void)allow(store->look_up("instance", key), "look_up");
    (void)allow(store->read(id), "read");
    (void)allow(store->read_live(id), "read_live");
    (void)allow(store->read_many(std::array{id, w.rich.credential}), "read_many");
    (void)allow(store->list({}, ""), "list");
    (void)allow(store->list({}, "acme"), "list of a tenant");
    (void)allow(store->audit({}, ""), "audit");
    (void)allow(store->audit({}, "acme"), "audit of a tenant");
    (void)allow(store->identity(), "identity");
    (void)allow(store->head(), "head");
    (void)allow(store->changes_after(0, 100), "changes_after");
    scanned sink;
    (void)allow(store->scan("instance", sink), "scan");
    const auto undone = store->transact([&](auto& tx) -> result<void> {
        (void)allow(tx.find(id), "find");
        return error{errc::not_recoverable, "on purpose"};
    });
    if (undone.error().code() != errc::not_recoverable) (void)allow(undone, "transact");
    for (int call = 0; call < 6; ++call)  // each in its own transaction, which an error ends
        (void)store->transact([&](auto& tx) -> result<void> {
            switch (call) {
                case 0: (void)allow(tx.find("instance", key), "find a key"); break;
                case 1: (void)allow(tx.keys_of(id), "keys_of"); break;
                case 2: (void)allow(tx.live_keys_of(id), "live_keys_of"); break;
                case 3: (void)allow(tx.is_proof_key_used(1), "is_proof_key_used"); break;
                case 4: (void)allow(tx.bind_hash("instance", hash_name{"hmac-sha256"}), "bind_hash"); break;
                default: (void)allow(tx.identity(), "identity"); break;
            }
            return error{errc::not_recoverable, "on purpose"};
        });
    const usage used{"instance", key, noon, 1};
    (void)allow(store->record_usage({&used, 1}), "record_usage");

    const auto is_as_proved = [&](const auto& verdict) {
        if (!verdict) return false;
        BOOST_TEST((verdict.grant().credential() == id));
        BOOST_TEST(verdict.grant().tenant() == "acme");
        BOOST_TEST(verdict.grant().scopes() == std::vector<std::string>{"contacts:read"});
        return true;
    };
    auto keys = authority<bundle, postgres_store, manual_clock>::open(*store, w.ring, w.clock);
    if (allow(keys, "an authority")) seen.authority_grants = is_as_proved(keys->verify(text_of(w.reader)));
    auto fast = edited_verifier<bundle>::open(*store, w.ring);
    if (allow(fast, "a verifier")) seen.verifier_grants = is_as_proved(fast->verify(text_of(w.reader), noon));
    return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_tables, *if_postgres)

BOOST_AUTO_TEST_CASE(grant_no_more_than_was_proved_and_end_no_process) {
    hostile_world w;
    const outcome before = use(w);
    BOOST_REQUIRE((before.authority_grants && before.verifier_grants && before.corrupt == 0));
    std::size_t edits = 0;
    for (const column& one : w.all_columns) {
        const bool is_proved =
            one.table == "credential" || (one.table == "record" && one.name != "uses" && one.name != "last_used_at" &&
                                          one.name != "sealing_key" && one.name != "nonce" && one.name != "box");
        const bool is_text = one.type == "bytea";
        const std::vector<std::string> values =
            is_text ? std::vector<std::string>{"NULL", "''", "decode(repeat('78', 70000), 'hex')"}
                    : std::vector<std::string>{"NULL", "-9223372036854775808", "9223372036854775807"};
        for (const std::string& value : values) BOOST_TEST_CONTEXT(one.table << "." << one.name << " = " << value) {
                const std::string typed = "(" + value + ")::" + one.type;
                const bool differs = ask("SELECT count(*) FROM " + w.schema() + "." + one.table + " WHERE " + one.name +
                                         " IS DISTINCT FROM " + typed) != "0";
                if (!differs) continue;
                const hostile_world::replaced other{w, one, typed};
                const outcome seen = use(w, one.table == "store");
                ++edits;
                BOOST_TEST(!(is_proved && seen.authority_grants));
                BOOST_TEST(!(is_proved && seen.verifier_grants));
                if (value == "NULL" && one.is_required && !one.is_searched) BOOST_TEST(seen.corrupt > 0U);
            }
        // Of another type: a null is one of every type, and a credential may be found by a number of another type.
        const std::string text = is_text ? "encode(" + one.name + ", 'escape')::text" : one.name + "::text";
        for (const std::string& value : {text, std::string{is_text ? "1::bigint" : "1::numeric"}})
            BOOST_TEST_CONTEXT(one.table << "." << one.name << " as " << value) {
                const hostile_world::replaced other{w, one, value};
                const outcome seen = use(w);
                ++edits;
                if (one.is_searched || (value == text && !one.is_required)) continue;
                BOOST_TEST(seen.corrupt > 0U);
                BOOST_TEST(!(is_proved && seen.authority_grants));
            }
    }
    BOOST_TEST(edits > 250U);
    const outcome after = use(w);
    BOOST_TEST((after.authority_grants && after.verifier_grants && after.corrupt == 0));
}

BOOST_AUTO_TEST_CASE(with_every_row_twice_grant_no_more_than_was_proved) {
    hostile_world w;
    for (const column& one : w.all_columns) BOOST_TEST_CONTEXT(one.table << "." << one.name) {
            if (one.type != "bytea" && one.name != "credential" && one.name != "version") continue;
            const hostile_world::replaced other{w, one, one.type == "bytea" ? "'*:*'::bytea" : one.name};
            w.run("INSERT INTO " + one.table + " SELECT * FROM kept");
            (void)use(w, one.table == "store");
        }
    const outcome after = use(w);
    BOOST_TEST((after.authority_grants && after.verifier_grants && after.corrupt == 0));
}

BOOST_AUTO_TEST_CASE(of_another_version_are_not_changed_and_not_opened) {
    for (const char* const version : {"0", "2"}) {
        hostile_world w;
        w.run("UPDATE store SET version = " + std::string{version});
        BOOST_TEST(code_of(w.keys.rotate(w.reader.credential, w.admin)) == errc::wrong_version);
        BOOST_TEST(code_of(w.keys.revoke(w.reader.credential, w.admin)) == errc::wrong_version);
        BOOST_TEST(bool{w.keys.verify(text_of(w.reader))});
        const auto again = postgres_store::open(shared_server().conninfo(), {.schema = w.schema()});
        BOOST_TEST(code_of(again) == (version[0] == '0' ? errc::corrupt : errc::wrong_version));
        w.run("UPDATE store SET version = 1");
        must(w.keys.revoke(w.reader.credential, w.admin));
    }
}

BOOST_AUTO_TEST_SUITE_END()

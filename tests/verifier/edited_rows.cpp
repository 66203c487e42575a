// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Somebody who can write to the database, and has nothing else: no key is made, widened, moved or brought back. Each
// case edits the rows by SQL, and asks an authority, a verifier that is filled afterwards, and one that follows.
// The statements are those of SQLite; another program runs the same cases over another store (EDITED_STORE), whose
// header says how they run there.
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/prove_store.hpp>
#include <shearline/store/sqlite/schema.hpp>

#include "../support/world.hpp"
#ifdef EDITED_STORE
#include EDITED_STORE
#else
#include "../support/edited_sqlite.hpp"
#endif

using namespace shearline;
using namespace support;

namespace {

using bundle = policies<instance_format, overlap<std::chrono::hours{24}>, recoverable>;
using other_bundle = policies<key_format<"other">, recoverable>;
using verifier_type = edited_verifier<bundle>;

std::string quoted(const credential_id& id) { return "'" + id.to_string() + "'"; }
std::string quoted(const handle& key) { return std::to_string(static_cast<std::int64_t>(key.value)); }
std::string ordinal_of(const issued_key& key) {
    return "(SELECT ordinal FROM credential WHERE id = " + quoted(key.credential) + ")";
}

/// A store with one credential of each kind, and a bystander whose key is valid whatever is done to the others.
struct edited_world : world<edited_store> {
    using keys_type = authority<bundle>;

    edited_world() {
        must(keys.suspend(suspended.credential, admin));
        must(keys.revoke(revoked.credential, admin));
    }

    issued_key issue(std::string tenant, std::vector<std::string> scopes, std::optional<timestamp> ends = {},
                     std::optional<timestamp> begins = {}) {
        return must(keys.issue({.tenant = std::move(tenant),
                                .name = "sync",
                                .scopes = std::move(scopes),
                                .metadata = {{"team", "sales"}},
                                .not_before = begins,
                                .expires_at = ends},
                               admin));
    }
    void edit(const std::string& sql) const { run_sql(opened, sql); }
    /// What somebody with the database would add, so that verifiers read a credential again.
    void tell_of(const credential_id& id) const {
        edit("INSERT INTO change(sequence, kind, credential, version, at, tag) SELECT max(sequence) + 1, 5, " +
             quoted(id) + ", 1, 1736942400000, 7 FROM change");
    }
    verifier_type filled_now() { return must(verifier_type::open(opened.store, ring, {.lease = 1h})); }

    keys_type keys = open<bundle>();
    authority<other_bundle> others = open<other_bundle>();
    issued_key bystander = issue("acme", {"contacts:read"});
    issued_key reader = issue("acme", {"contacts:read"}, noon + 1h);
    issued_key early = issue("acme", {"contacts:read"}, {}, noon + 1h);
    issued_key suspended = issue("acme", {"contacts:read"});
    issued_key revoked = issue("acme", {"contacts:read"});
    issued_key rich = issue("umbrella", {"*:*"});
};

struct attack {
    const char* what;
    std::function<void(edited_world&)> make;
    std::function<const issued_key&(const edited_world&)> key;  // presented
};

const auto the_reader = [](const edited_world& w) -> const issued_key& { return w.reader; };

/// Writes a column of the reader's credential.
attack column(const char* what, std::string set) {
    return {what,
            [set = std::move(set)](edited_world& w) {
                w.edit("UPDATE credential SET " + set + " WHERE id = " + quoted(w.reader.credential));
            },
            the_reader};
}

std::vector<attack> attacks() {
    return {
        column("scopes", "scopes = '*:*'"),
        column("scopes, split elsewhere", "scopes = 'contacts:rea d:x'"),
        column("tenant", "tenant = 'umbrella'"),
        column("tenant and name, split elsewhere", "tenant = 'acmes', name = 'ync'"),
        column("name", "name = 'another'"),
        column("no expiry", "expires_at = NULL"),
        column("a later expiry", "expires_at = expires_at + 1"),
        column("not before", "not_before = 1"),
        column("generation", "generation = generation + 1"),
        column("a later version", "version = version + 1"),
        column("a much later version", "version = version + 3000000000"),
        column("created at", "created_at = created_at - 1"),
        column("the digest of the metadata", "metadata_digest = zeroblob(32)"),
        column("no proof", "proof = zeroblob(32)"),
        column("no proof key", "proof_key = 0"),
        column("a proof key that there is not", "proof_key = 2"),
        {"another credential's proof",
         [](edited_world& w) {
             w.edit("UPDATE credential SET proof = (SELECT proof FROM credential WHERE id = " +
                    quoted(w.rich.credential) + ") WHERE id = " + quoted(w.reader.credential));
         },
         the_reader},
        {"no longer early",
         [](edited_world& w) {
             w.edit("UPDATE credential SET not_before = NULL WHERE id = " + quoted(w.early.credential));
         },
         [](const edited_world& w) -> const issued_key& { return w.early; }},
        {"no longer suspended",
         [](edited_world& w) {
             w.edit("UPDATE credential SET suspended = 0 WHERE id = " + quoted(w.suspended.credential));
         },
         [](const edited_world& w) -> const issued_key& { return w.suspended; }},
        {"no longer revoked",
         [](edited_world& w) {
             w.edit("UPDATE credential SET revoked_at = NULL WHERE id = " + quoted(w.revoked.credential) +
                    "; UPDATE record SET state = 2, revoked_at = NULL WHERE handle = " + quoted(w.revoked.handle));
         },
         [](const edited_world& w) -> const issued_key& { return w.revoked; }},
        {"a revoked, read-only key becomes one for everything in another tenant",
         [](edited_world& w) {
             w.edit(
                 "UPDATE credential SET revoked_at = NULL, tenant = 'umbrella', scopes = '*:*', expires_at = NULL "
                 "WHERE id = " +
                 quoted(w.revoked.credential) +
                 "; UPDATE record SET state = 2, revoked_at = NULL WHERE handle = " + quoted(w.revoked.handle));
         },
         [](const edited_world& w) -> const issued_key& { return w.revoked; }},
        {"a record moved to a credential with every scope",
         [](edited_world& w) {
             w.edit("UPDATE record SET credential = " + ordinal_of(w.rich) +
                    " WHERE handle = " + quoted(w.reader.handle));
         },
         the_reader},
        {"a record in the place of the one of a credential with every scope",
         [](edited_world& w) {
             w.edit("DELETE FROM record WHERE handle = " + quoted(w.rich.handle) + "; UPDATE record SET credential = " +
                    ordinal_of(w.rich) + " WHERE handle = " + quoted(w.reader.handle));
         },
         the_reader},
        {"a record inserted",
         [](edited_world& w) {
             w.edit("INSERT INTO record SELECT credential, generation, format, 4711, state, replace(digest, '" +
                    std::string{w.reader.handle.to_text().view()} + "', '" +
                    std::string{handle{4711}.to_text().view()} +
                    "'), created_at, retires_at, revoked_at, "
                    "last_used_at, uses, sealing_key, nonce, box FROM record WHERE handle = " +
                    quoted(w.reader.handle));
         },
         the_reader},
        {"the times of a record",
         [](edited_world& w) {
             w.edit("UPDATE record SET created_at = created_at + 1 WHERE handle = " + quoted(w.reader.handle));
         },
         the_reader},
        {"the generation of a record",
         [](edited_world& w) { w.edit("UPDATE record SET generation = 2 WHERE handle = " + quoted(w.reader.handle)); },
         the_reader},
    };
}

void check_bystander(edited_world& w, verifier_type& before) {
    BOOST_TEST(bool{w.keys.verify(text_of(w.bystander))}, "a bystander is refused by the authority");
    auto now = w.filled_now();
    BOOST_TEST(bool{now.verify(text_of(w.bystander), noon)}, "a bystander is refused by a new verifier");
    BOOST_TEST(bool{before.verify(text_of(w.bystander), noon)}, "a bystander is refused by a verifier that follows");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_edited_by_hand)

BOOST_AUTO_TEST_CASE(grant_nothing_and_stop_nobody_else) {
    for (const attack& one : attacks()) {
        BOOST_TEST_CONTEXT(one.what) {
            edited_world w;
            auto following = w.filled_now();
            const issued_key& key = one.key(w);
            one.make(w);
            BOOST_TEST(why_denied(w.keys.verify(text_of(key))) == reason::unproved);
            BOOST_TEST(w.keys.verify(text_of(key)).denial().face() == face::invalid_key);

            auto filled = w.filled_now();
            BOOST_TEST(why_denied(filled.verify(text_of(key), noon)) == reason::unproved);
            BOOST_TEST(filled.count_of(reason::unproved) == 1U);

            w.tell_of(key.credential);
            must(following.poll());
            const auto followed = following.verify(text_of(key), noon);
            BOOST_TEST(!followed, "a verifier that follows grants");
            check_bystander(w, following);

            // Nothing is changed or shown on the strength of such rows; the credential can only be revoked.
            const auto view = w.keys.find(key.handle);
            BOOST_REQUIRE(view);
            BOOST_TEST(!view->proved);
            const credential_id owner = view->about.id;
            BOOST_TEST(code_of(w.keys.rotate(owner, w.admin)) == errc::corrupt);
            BOOST_TEST(code_of(w.keys.reveal(owner, w.admin)) == errc::corrupt);
            BOOST_TEST(code_of(w.keys.suspend(owner, w.admin)) == errc::corrupt);
            BOOST_TEST(code_of(w.keys.resume(owner, w.admin)) == errc::corrupt);
            BOOST_TEST(code_of(w.keys.amend(view->about, w.admin)) == errc::corrupt);
            std::size_t damaged = 0;
            const auto all = must(w.keys.list());
            for (const credential_view& each : all.items) {
                if (!each.proved) ++damaged;
                BOOST_TEST((each.proved || each.about.id != w.bystander.credential));
            }
            BOOST_TEST(all.items.size() == 6U);
            BOOST_TEST((damaged == 1 || damaged == 2));
            must(w.keys.revoke(owner, w.admin));
            BOOST_TEST(!w.keys.verify(text_of(key)));
            BOOST_TEST(!filled.verify(text_of(key), noon));
            BOOST_TEST(!following.verify(text_of(key), noon));
        }
    }
}

BOOST_AUTO_TEST_CASE(are_found_by_the_proof_and_by_nothing_else) {  // the control: without edits all of it works
    edited_world w;
    auto fast = w.filled_now();
    for (const issued_key* const key : {&w.reader, &w.rich, &w.bystander}) {
        BOOST_TEST(bool{w.keys.verify(text_of(*key))});
        BOOST_TEST(bool{fast.verify(text_of(*key), noon)});
        BOOST_TEST(must(w.keys.find(key->credential)).proved);
    }
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.suspended))) == reason::suspended);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.revoked))) == reason::revoked);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.early))) == reason::not_yet_valid);
    w.edit("UPDATE record SET uses = 99, last_used_at = 1736942400000");  // counted apart
    BOOST_TEST(bool{w.keys.verify(text_of(w.reader))});
}

BOOST_AUTO_TEST_CASE(do_not_bring_a_retired_key_back) {
    edited_world w;
    const issued_key next = must(w.keys.rotate(w.reader.credential, w.admin));
    BOOST_TEST(bool{w.keys.verify(text_of(w.reader))});  // in its grace
    w.edit("UPDATE record SET state = 2, retires_at = NULL WHERE handle = " + quoted(w.reader.handle));
    auto fast = w.filled_now();
    for (const issued_key* const key : std::array{&std::as_const(w.reader), &next}) {
        BOOST_TEST(why_denied(w.keys.verify(text_of(*key))) == reason::unproved);
        BOOST_TEST(why_denied(fast.verify(text_of(*key), noon)) == reason::unproved);
    }
}

BOOST_AUTO_TEST_CASE(do_not_bring_the_row_of_before_a_rotation_back) {
    edited_world w;
    w.edit("CREATE TABLE kept AS SELECT * FROM record WHERE handle = " + quoted(w.reader.handle));
    w.clock.advance(1s);
    (void)must(w.keys.rotate(w.reader.credential, w.admin));
    const issued_key third = must(w.keys.rotate(w.reader.credential, w.admin));  // the first is revoked by now
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.reader))) == reason::revoked);
    w.edit("DELETE FROM record WHERE handle = " + quoted(w.reader.handle) +
           "; INSERT INTO record SELECT * FROM kept; DROP TABLE kept");
    auto fast = w.filled_now();
    for (const issued_key* const key : std::array{&std::as_const(w.reader), &third}) {
        BOOST_TEST(why_denied(w.keys.verify(text_of(*key))) == reason::unproved);
        BOOST_TEST(why_denied(fast.verify(text_of(*key), noon)) == reason::unproved);
    }
}

BOOST_AUTO_TEST_CASE(with_a_live_key_deleted_deny_the_other_one_too) {
    edited_world w;
    const issued_key next = must(w.keys.rotate(w.reader.credential, w.admin));
    w.edit("DELETE FROM record WHERE handle = " + quoted(w.reader.handle));
    auto fast = w.filled_now();
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.reader))) == reason::unknown_handle);
    BOOST_TEST(why_denied(fast.verify(text_of(w.reader), noon)) == reason::unknown_handle);
    BOOST_TEST(why_denied(w.keys.verify(text_of(next))) == reason::unproved);
    BOOST_TEST(why_denied(fast.verify(text_of(next), noon)) == reason::unproved);
}

BOOST_AUTO_TEST_CASE(with_a_digest_copied_from_another_key_grant_nothing) {
    edited_world w;
    w.edit("UPDATE record SET digest = (SELECT replace(digest, '" + std::string{w.reader.handle.to_text().view()} +
           "', '" + std::string{w.rich.handle.to_text().view()} +
           "') FROM record WHERE handle = " + quoted(w.reader.handle) + ") WHERE handle = " + quoted(w.rich.handle));
    std::string forged{text_of(w.reader)};
    forged.replace(forged.find(w.reader.handle.to_text().view()), 11, w.rich.handle.to_text().view());
    auto fast = w.filled_now();
    for (const std::string& text : {with_right_checksum(forged), std::string{text_of(w.rich)}}) {
        BOOST_TEST(why_denied(w.keys.verify(text)) == reason::wrong_secret);
        BOOST_TEST(why_denied(fast.verify(text, noon)) == reason::wrong_secret);
    }
}

BOOST_AUTO_TEST_CASE(copied_from_another_store_of_the_same_keyring_grant_nothing) {
    edited_world w;
    opened_store<edited_store> other{w.folder.file("other.db")};
    auto theirs = must(edited_world::keys_type::open(other.store, w.ring, w.clock));
    const issued_key key = must(theirs.issue({.tenant = "umbrella", .name = "all", .scopes = {"*:*"}}, w.admin));
    run_sql_beside(w.opened, other,
                   "INSERT INTO credential SELECT 99, id, tenant, name, scopes, not_before, expires_at, suspended, "
                   "generation, version, created_at, revoked_at, metadata_digest, proof_key, proof FROM "
                   "other.credential; INSERT INTO record SELECT 99, generation, format, handle, state, digest, "
                   "created_at, retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box FROM other.record");
    auto fast = w.filled_now();
    BOOST_TEST(bool{theirs.verify(text_of(key))});
    BOOST_TEST(why_denied(w.keys.verify(text_of(key))) == reason::unproved);
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon)) == reason::unproved);
}

BOOST_AUTO_TEST_CASE(of_another_format_of_the_same_store_grant_nothing) {
    edited_world w;
    const issued_key key = must(w.others.issue({.tenant = "umbrella", .name = "all", .scopes = {"*:*"}}, w.admin));
    // Its record is moved to a credential of this format, and a record of this format to its credential.
    w.edit("UPDATE record SET credential = " + ordinal_of(w.reader) + " WHERE handle = " + quoted(key.handle));
    BOOST_TEST(why_denied(w.others.verify(text_of(key))) == reason::unproved);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.reader))) == reason::unproved);
    auto fast = w.filled_now();
    BOOST_TEST(why_denied(fast.verify(text_of(w.reader), noon)) == reason::unproved);
    w.edit("UPDATE record SET credential = " + ordinal_of(key) + " WHERE handle = " + quoted(w.reader.handle) +
           "; UPDATE record SET credential = " + ordinal_of(w.reader) + " WHERE handle = " + quoted(key.handle));
    auto again = w.filled_now();
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.reader))) == reason::unproved);
    BOOST_TEST(why_denied(again.verify(text_of(w.reader), noon)) == reason::unproved);
}

BOOST_AUTO_TEST_CASE(of_metadata_are_shown_as_damaged) {
    edited_world w;
    w.edit("UPDATE credential_metadata SET value = 'marketing' WHERE credential = " + quoted(w.reader.credential));
    BOOST_TEST(!must(w.keys.find(w.reader.credential)).proved);
    BOOST_TEST(must(w.keys.find(w.bystander.credential)).proved);
    BOOST_TEST(code_of(w.keys.rotate(w.reader.credential, w.admin)) == errc::corrupt);
    BOOST_TEST(bool{w.keys.verify(text_of(w.reader))});  // nothing is granted by metadata
}

BOOST_AUTO_TEST_CASE(that_say_revoked_are_revoked_once_more) {
    edited_world w;
    w.edit("UPDATE credential SET revoked_at = 1736942400000 WHERE id = " + quoted(w.reader.credential));
    BOOST_TEST(!must(w.keys.find(w.reader.credential)).proved);
    must(w.keys.revoke(w.reader.credential, w.admin));
    const credential_view after = must(w.keys.find(w.reader.credential));
    BOOST_TEST(after.proved);
    BOOST_TEST(after.keys.front().state == key_state::revoked);
    must(w.keys.revoke(w.reader.credential, w.admin));  // nothing is left to do
    BOOST_TEST(must(w.keys.find(w.reader.credential)).about.version == after.about.version);
}

BOOST_AUTO_TEST_CASE(of_idempotency_tokens_give_nobody_a_key) {
    edited_world w;
    const request_context by{.actor = "admin", .idempotency_token = "0123456789abcdefghijkl"};
    const new_credential asked{.tenant = "acme", .name = "sync", .scopes = {"contacts:read"}};
    const issued_key first = must(w.keys.issue(asked, by));
    BOOST_TEST(must(w.keys.issue(asked, by)).handle.value == first.handle.value);  // the control
    w.edit("CREATE TABLE kept AS SELECT * FROM idempotency");
    const auto refused = [&](const std::string& sql) {
        w.edit(sql);
        const auto again = w.keys.issue(asked, by);
        BOOST_TEST(!again, sql);
        if (!again) BOOST_TEST(again.error().code() == errc::corrupt, sql);
        w.edit("DELETE FROM idempotency; INSERT INTO idempotency SELECT * FROM kept");
    };
    refused("UPDATE idempotency SET credential = " + quoted(w.bystander.credential) +
            ", handle = " + quoted(w.bystander.handle));  // of the same tenant
    refused("UPDATE idempotency SET credential = " + quoted(w.rich.credential) + ", handle = " + quoted(w.rich.handle));
    refused("UPDATE idempotency SET handle = NULL");
    refused("UPDATE idempotency SET expires_at = expires_at + 1");
    refused("UPDATE idempotency SET created_at = created_at - 1");
    refused("UPDATE idempotency SET proof_key = 0");
    refused("UPDATE idempotency SET proof = zeroblob(32)");
    BOOST_TEST(must(w.keys.issue(asked, by)).handle.value == first.handle.value);
    // An old one is put back, with a time that has not passed.
    w.clock.advance(25h);
    refused("UPDATE idempotency SET expires_at = expires_at + 90000000");
    w.edit("DROP TABLE kept");
}

BOOST_AUTO_TEST_CASE(about_the_keyring_are_refused_and_say_why) {
    const auto opening_after = [](const std::string& sql) {
        edited_world w;
        w.edit(sql);
        auto again = edited_world::keys_type::open(w.opened.store, w.ring, w.clock);
        const auto fast = verifier_type::open(w.opened.store, w.ring);
        BOOST_TEST(code_of(fast) == errc::wrong_keyring, sql);
        BOOST_TEST(code_of(w.keys.suspend(w.reader.credential, w.admin)) == errc::wrong_keyring, sql);
        BOOST_TEST(code_of(prove_store<bundle>(w.opened.store, w.folder.file("keyring"), w.admin,
                                               [](const auto&) { return true; })) == errc::wrong_keyring,
                   sql);
        BOOST_REQUIRE_MESSAGE(!again, sql);
        BOOST_TEST(again.error().code() == errc::wrong_keyring, sql);
        return again.error().context();
    };
    BOOST_TEST(opening_after("DELETE FROM keyring_check").find("proof was deleted") != std::string::npos);
    BOOST_TEST(opening_after("UPDATE keyring_check SET proof_key = 0").find("proof was deleted") != std::string::npos);
    for (const char* const edit : {"store = zeroblob(16)", "proof = zeroblob(32)",
                                   "keyring = replace(keyring, 'version 4', 'version 2')", "keyring = 'version 1\n'"})
        BOOST_TEST(
            opening_after(std::string{"UPDATE keyring_check SET "} + edit).find("was edited") != std::string::npos,
            edit);
    BOOST_TEST(opening_after("UPDATE keyring_check SET proof_key = 2").find("lacks proof key 2") != std::string::npos);
    BOOST_TEST(
        opening_after("UPDATE keyring_check SET keyring = replace(keyring, 'current', 'dropped')").find("older copy") !=
        std::string::npos);
}

#ifndef EDITED_STORE  // another store has no such version
BOOST_AUTO_TEST_CASE(with_the_schema_set_back_are_not_vouched_for) {
    edited_world w;
    const std::string older = w.folder.file("older.db");
    {
        const shell made{older};
        made.run(std::string{detail::sqlite::steps[0]} + detail::sqlite::steps[1]);
        made.run("ATTACH '" + w.opened.path +
                 "' AS now; INSERT INTO main.credential SELECT ordinal, id, tenant, name, '*:*', "
                 "not_before, NULL, suspended, generation, version, created_at, revoked_at FROM now.credential; "
                 "INSERT INTO main.record SELECT format, handle, credential, generation, state, digest, created_at, "
                 "retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box FROM now.record; INSERT INTO "
                 "main.change SELECT * FROM now.change; INSERT OR IGNORE INTO main.format_hash SELECT * FROM "
                 "now.format_hash; PRAGMA application_id = 1936224876; PRAGMA user_version = 2");
    }
    auto set_back = must(sqlite_store::open(older));
    const auto keys = edited_world::keys_type::open(set_back, w.ring, w.clock);
    BOOST_TEST(code_of(keys) == errc::wrong_keyring);
    BOOST_TEST(code_of(verifier_type::open(set_back, w.ring)) == errc::wrong_keyring);
    bool asked = false;
    const auto vouched = prove_store<bundle>(set_back, w.folder.file("keyring"), w.admin, [&](const auto&) {
        asked = true;
        return true;
    });
    BOOST_TEST(code_of(vouched) == errc::wrong_keyring);
    BOOST_TEST(!asked);
    w.edit("PRAGMA user_version = 2");  // and nothing else
    BOOST_TEST(!sqlite_store::open(w.opened.path));
}
#endif

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Rows that this library would not write, as edited by somebody with write access to the file.
#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../support/stores.hpp"

using namespace support;

namespace {

template <typename T>
void note(const result<T>& outcome, std::vector<result<void>>& into) {
    if (outcome) {
        into.emplace_back();
    } else {
        into.emplace_back(outcome.error());
    }
}

/// Everything that can be read of the sample store below.
std::vector<result<void>> read_everything(sqlite_store& store) {
    std::vector<result<void>> outcomes;
    note(store.look_up(format_name, handle{2}), outcomes);
    note(store.read(id_of(1)), outcomes);
    note(store.list({}, ""), outcomes);
    note(store.list({}, "acme"), outcomes);
    note(store.audit({}, ""), outcomes);
    note(store.audit({}, "acme"), outcomes);
    note(store.changes_after(0, 100), outcomes);
    note(store.head(), outcomes);
    scanned all;
    const auto whole = store.scan(format_name, all);
    note(whole, outcomes);
    std::array<scanned, 2> parts;
    const auto divided = store.scan_parts(format_name, std::span<scanned>{parts});
    BOOST_TEST(divided.has_value() == whole.has_value());
    note(divided, outcomes);
    note(store.transact([](auto& tx) { return tx.find(id_of(1)); }), outcomes);
    note(store.transact([](auto& tx) { return tx.find(format_name, handle{2}); }), outcomes);
    note(store.transact([](auto& tx) { return tx.keys_of(id_of(1)); }), outcomes);
    note(store.transact([](auto& tx) { return tx.find_idempotent({std::byte{7}}, at_ms(0)); }), outcomes);
    note(store.identity(), outcomes);
    note(store.transact([](auto& tx) { return tx.identity(); }), outcomes);
    note(store.transact([](auto& tx) { return tx.bind_hash(format_name, hash_name{"hmac-sha256"}); }), outcomes);
    return outcomes;
}

void fill(sqlite_store& store) {
    must(store.transact([](auto& tx) { return tx.bind_hash(format_name, hash_name{"hmac-sha256"}); }));
    must(issue(store, 1));
    must(issue(store, 5));
    must(store.transact([](auto& tx) -> result<void> {
        must(tx.insert(idempotency_entry{.token = {std::byte{7}},
                                         .arguments = {},
                                         .credential = id_of(1),
                                         .handle = handle{2},
                                         .created_at = at_ms(0),
                                         .expires_at = at_ms(10),
                                         .proof = {.key = 1, .mac = {}}}));
        return tx.put({.id = {std::byte{1}}, .keyring = "version 1\n", .proof = {.key = 1, .mac = {}}});
    }));
}

/// The file of a store with the samples, closed.
const std::string& sample_file() {
    static const std::string bytes = [] {
        const temporary_folder folder;
        const std::string path = folder / "keys.db";
        {
            auto store = must(sqlite_store::open(path));
            fill(store);
        }
        return bytes_of(path);
    }();
    return bytes;
}

/// How many of the reads return `corrupt` after an edit of the file. All others must succeed, and every error must name
/// the file, whether or not SQLite itself finds the file intact.
int corrupt_reads_after(const std::string& edit) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    write_bytes(path, sample_file());
    auto store = must(sqlite_store::open(path, {.readers = 3}));  // enough for two parts
    std::array<scanned, 2> parts;
    must(store.scan_parts(format_name, std::span<scanned>{parts}));
    BOOST_TEST(!parts[1].owners.empty());
    for (const auto& outcome : read_everything(store)) must(outcome);
    raw_database{path}.run(
        "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON; "
        "PRAGMA foreign_keys = OFF; " +
        edit);
    int corrupt = 0;
    for (const auto& outcome : read_everything(store)) {
        if (outcome) continue;
        BOOST_TEST(outcome.error().code() == errc::corrupt, outcome.error().message());
        BOOST_TEST(outcome.error().context().find(path) != std::string::npos, outcome.error().message());
        ++corrupt;
    }
    return corrupt;
}

/// The same table and rows, without STRICT, constraints or a primary key that refuses null.
std::string lookalike(const std::string& table, const std::string& columns) {
    return "CREATE TABLE copied AS SELECT * FROM " + table + "; DROP TABLE " + table + "; CREATE TABLE " + table + "(" +
           columns + "); INSERT INTO " + table + " SELECT * FROM copied; ";
}

const std::string record_columns =
    "credential, generation, format, handle, state, digest, created_at, retires_at, revoked_at, last_used_at, uses, "
    "sealing_key, nonce, box";
const std::string credential_columns =
    "ordinal, id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
    "revoked_at, "
    "metadata_digest, proof_key, proof";
const std::string idempotency_columns =
    "token, arguments, credential, handle, created_at, expires_at, proof_key, proof";
const std::string identity_columns = "one, store, keyring, proof_key, proof";
const std::string change_columns = "sequence, kind, credential, version, at, tag";

}  // namespace

BOOST_AUTO_TEST_SUITE(a_hostile_row)

BOOST_AUTO_TEST_CASE(of_a_key_without_the_number_of_a_credential_is_not_left_out_of_a_scan) {
    for (const std::string owner : {"NULL", "'x'", "x'00'", "1.5", "-1e300", "1e300"}) {
        const temporary_folder folder;
        const std::string path = folder / "keys.db";
        write_bytes(path, sample_file());
        auto store = must(sqlite_store::open(path, {.readers = 3}));
        raw_database{path}.run("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; " +
                               lookalike("record", record_columns) + "UPDATE record SET credential = " + owner +
                               " WHERE handle = 2");
        scanned whole;
        std::array<scanned, 2> parts;
        const auto scan = store.scan(format_name, whole);
        BOOST_TEST((!scan && scan.error().code() == errc::corrupt), owner);
        const auto divided = store.scan_parts(format_name, std::span<scanned>{parts});
        BOOST_TEST((!divided && divided.error().code() == errc::corrupt), owner);
    }
}

BOOST_AUTO_TEST_CASE(is_corrupt_wherever_it_is_read) {
    const std::string other_digest = digest_of(1).to_phc(handle{3});
    const std::vector<std::string> edits{
        // what a record may not hold
        "UPDATE record SET state = 99",
        "UPDATE record SET state = 0",
        "UPDATE record SET state = -9223372036854775807",
        "UPDATE record SET generation = 0",
        "UPDATE record SET generation = 4294967296",
        "UPDATE record SET uses = -1",
        "UPDATE record SET created_at = -1",
        "UPDATE record SET created_at = 9223372036854775807",
        "UPDATE record SET retires_at = -9223372036854775807 - 1",
        "UPDATE record SET revoked_at = 253402300800000",
        "UPDATE record SET last_used_at = -1",
        "UPDATE record SET credential = 99 WHERE handle = 2",
        "UPDATE record SET credential = -1 WHERE handle = 2",
        "UPDATE record SET credential = 9223372036854775807",
        "UPDATE record SET digest = '' WHERE handle = 2",
        "UPDATE record SET digest = '" + other_digest + "' WHERE handle = 2",
        "UPDATE record SET digest = (SELECT digest FROM record WHERE handle = 6) WHERE handle = 2",
        "UPDATE record SET digest = digest || ' '",
        "UPDATE record SET digest = replace(digest, 'k=', 'k=0')",
        "UPDATE record SET digest = replace(digest, 'hmac-sha256', 'Plain')",
        "UPDATE format_hash SET hash = ''",
        "UPDATE format_hash SET hash = 'SHA256'",
        "UPDATE format_hash SET hash = printf('%.*c', 33, 'x')",
        "UPDATE format_hash SET hash = printf('%.*c', 3000000, 'x')",
        "UPDATE record SET digest = printf('%.*c', 60000, 'x')",
        "UPDATE record SET digest = printf('%.*c', 3000000, 'x')",
        "UPDATE record SET sealing_key = NULL",
        "UPDATE record SET sealing_key = 0",
        "UPDATE record SET sealing_key = 4294967296",
        "UPDATE record SET nonce = NULL",
        "UPDATE record SET nonce = x'00'",
        "UPDATE record SET nonce = zeroblob(25)",
        "UPDATE record SET box = NULL",
        "UPDATE record SET box = zeroblob(1025)",
        "UPDATE record SET box = zeroblob(50000000)",
        "UPDATE record SET sealing_key = NULL, nonce = NULL",
        // a credential
        "UPDATE credential SET id = 'x' WHERE ordinal = 1",
        "UPDATE credential SET id = printf('%.*c', 36, '0') WHERE ordinal = 1",
        "UPDATE credential SET suspended = 2",
        "UPDATE credential SET version = 0",
        "UPDATE credential SET version = -5",
        "UPDATE credential SET generation = 4294967296",
        "UPDATE credential SET created_at = -1",
        "UPDATE credential SET expires_at = 253402300800000",
        "UPDATE credential SET not_before = -1",
        "UPDATE credential SET revoked_at = 9223372036854775807",
        "UPDATE credential SET name = printf('%.*c', 65537, 'x')",
        "UPDATE credential SET tenant = printf('%.*c', 60001, 'x')",
        "UPDATE credential SET ordinal = -1 WHERE ordinal = 1; DELETE FROM credential WHERE ordinal = -1",
        "UPDATE credential SET scopes = printf('%.*c', 3000000, 'x')",
        "UPDATE credential SET scopes = scopes || ' '",
        "UPDATE credential SET scopes = ' ' || scopes",
        "UPDATE credential SET scopes = replace(scopes, ' ', '  ')",
        "UPDATE credential_metadata SET value = printf('%.*c', 3000000, 'x')",
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO credential_metadata SELECT credential, i, 'l', 'v' FROM n, credential_metadata WHERE ordinal = 1",
        // feed, audit and the rest
        "UPDATE change SET kind = 0",
        "UPDATE change SET kind = 9",
        "UPDATE change SET kind = 257",
        "UPDATE change SET version = 0",
        "UPDATE change SET at = -1",
        "UPDATE change SET credential = 'x'",
        "UPDATE change SET sequence = 9 WHERE sequence = 2",
        "DELETE FROM change WHERE sequence = 1",
        "INSERT INTO change SELECT 9223372036854775807, kind, credential, version, at, tag FROM change WHERE sequence "
        "= 1",
        "UPDATE audit_event SET at = -1",
        "UPDATE audit_event SET handle = 0",
        "UPDATE audit_event SET credential = 'x'",
        "UPDATE audit_event SET actor = printf('%.*c', 3000000, 'x')",
        "UPDATE audit_event SET sequence = -1 WHERE sequence = 1",
        "UPDATE idempotency SET arguments = x'00'",
        "UPDATE idempotency SET credential = ''",
        "UPDATE idempotency SET handle = 0",
        "UPDATE idempotency SET created_at = -1",
        "UPDATE idempotency SET expires_at = 9223372036854775807",
        // proofs, and what the store says of its keyring
        "UPDATE credential SET metadata_digest = x'00'",
        "UPDATE credential SET metadata_digest = x''",
        "UPDATE credential SET metadata_digest = zeroblob(33)",
        "UPDATE credential SET metadata_digest = zeroblob(50000000)",
        "UPDATE credential SET proof = x''",
        "UPDATE credential SET proof = zeroblob(31)",
        "UPDATE credential SET proof = zeroblob(33)",
        "UPDATE credential SET proof_key = -1",
        "UPDATE credential SET proof_key = 4294967296",
        "UPDATE credential SET proof_key = -9223372036854775807 - 1",
        "UPDATE idempotency SET proof_key = -1",
        "UPDATE idempotency SET proof_key = 4294967296",
        "UPDATE idempotency SET proof = x''",
        "UPDATE idempotency SET proof = zeroblob(33)",
        "UPDATE keyring_check SET store = x''",
        "UPDATE keyring_check SET store = zeroblob(15)",
        "UPDATE keyring_check SET store = zeroblob(17)",
        "UPDATE keyring_check SET proof_key = -1",
        "UPDATE keyring_check SET proof_key = 4294967296",
        "UPDATE keyring_check SET proof = x''",
        "UPDATE keyring_check SET proof = zeroblob(33)",
        "UPDATE keyring_check SET keyring = printf('%.*c', 60001, 'x')",
        "UPDATE keyring_check SET keyring = printf('%.*c', 3000000, 'x')",
        "INSERT INTO keyring_check SELECT 2, store, keyring, proof_key, proof FROM keyring_check",
        // tables that only look like ours
        lookalike("record", record_columns) + "UPDATE record SET digest = NULL",
        lookalike("record", record_columns) + "UPDATE record SET state = NULL",
        lookalike("record", record_columns) + "UPDATE record SET state = 'active'",
        lookalike("record", record_columns) + "UPDATE record SET state = 2.5",
        lookalike("record", record_columns) + "UPDATE record SET digest = CAST(digest AS BLOB)",
        lookalike("record", record_columns) + "UPDATE record SET nonce = CAST(nonce AS TEXT)",
        lookalike("record", record_columns) + "UPDATE record SET uses = 1e300",
        lookalike("record", record_columns) + "INSERT INTO record SELECT * FROM record WHERE handle = 2",
        lookalike("credential", credential_columns) + "UPDATE credential SET tenant = NULL",
        lookalike("credential", credential_columns) + "UPDATE credential SET version = '1'",
        lookalike("credential", credential_columns) + "INSERT INTO credential SELECT * FROM credential",
        lookalike("credential", credential_columns) + "UPDATE credential SET ordinal = NULL, name = x'00ff'",
        lookalike("credential", credential_columns) + "UPDATE credential SET metadata_digest = NULL",
        lookalike("credential", credential_columns) + "UPDATE credential SET proof = NULL",
        lookalike("credential", credential_columns) + "UPDATE credential SET proof = CAST(proof AS TEXT)",
        lookalike("credential", credential_columns) + "UPDATE credential SET proof_key = NULL",
        lookalike("credential", credential_columns) + "UPDATE credential SET proof_key = '1'",
        lookalike("idempotency", idempotency_columns) + "UPDATE idempotency SET proof = NULL",
        lookalike("idempotency", idempotency_columns) + "UPDATE idempotency SET proof_key = 1.5",
        lookalike("keyring_check", identity_columns) + "UPDATE keyring_check SET store = NULL",
        lookalike("keyring_check", identity_columns) + "UPDATE keyring_check SET keyring = NULL",
        lookalike("keyring_check", identity_columns) + "UPDATE keyring_check SET keyring = CAST(keyring AS BLOB)",
        lookalike("keyring_check", identity_columns) + "UPDATE keyring_check SET proof = NULL",
        lookalike("keyring_check", identity_columns) + "INSERT INTO keyring_check SELECT * FROM keyring_check",
        lookalike("change", change_columns) + "UPDATE change SET credential = NULL",
        lookalike("change", change_columns) + "UPDATE change SET tag = 'x'",
        lookalike("audit_event", "sequence, at, actor, action, tenant, credential, handle, source_address, reason") +
            "UPDATE audit_event SET reason = NULL",
        // or are not there at all
        "DROP TABLE record",
        "DROP TABLE credential_metadata",
        "DROP TABLE change",
        "DROP TABLE keyring_check",
        "DROP TABLE record; CREATE VIEW record AS SELECT * FROM audit_event",
    };
    for (const std::string& edit : edits) {
        BOOST_TEST_CONTEXT(edit) { BOOST_TEST(corrupt_reads_after(edit) >= 1); }
    }
}

BOOST_AUTO_TEST_CASE(is_told_from_an_edit_that_is_good) {
    for (const std::string edit :
         {"UPDATE record SET state = 3", "UPDATE format_hash SET hash = 'plain'",
          "UPDATE record SET digest = replace(digest, 'hmac-sha256', 'plain')", "UPDATE credential SET suspended = 1",
          "UPDATE credential SET tenant = 'acme', name = printf('%.*c', 50000, 'x')",
          "UPDATE record SET handle = -1, digest = replace(digest, '00000000002', "
          "'LygHa16AHYF') WHERE handle = 2",
          "UPDATE record SET sealing_key = NULL, nonce = NULL, box = NULL",
          "UPDATE credential SET proof_key = 0, proof = zeroblob(32), metadata_digest = zeroblob(32)",
          "UPDATE credential SET proof_key = 4294967295", "UPDATE idempotency SET proof_key = 4294967295",
          "UPDATE keyring_check SET store = zeroblob(16), keyring = '', proof_key = 0", "DELETE FROM keyring_check",
          "UPDATE keyring_check SET keyring = printf('%.*c', 60000, 'x')"}) {
        BOOST_TEST_CONTEXT(edit) { BOOST_TEST(corrupt_reads_after(edit) == 0); }
    }
}

BOOST_AUTO_TEST_CASE(is_found_when_the_file_is_opened_where_the_tables_forbid_it) {
    for (const std::string edit :
         {"UPDATE record SET state = 99", "UPDATE record SET uses = -1", "UPDATE record SET nonce = x'00'",
          "UPDATE record SET box = NULL", "UPDATE credential SET suspended = 7", "UPDATE keyring_check SET proof = x''",
          "UPDATE keyring_check SET store = x'00'", "UPDATE keyring_check SET one = 2",
          "UPDATE credential SET metadata_digest = x''", "UPDATE credential SET proof = zeroblob(31)",
          "UPDATE idempotency SET proof = zeroblob(33)"}) {
        const temporary_folder folder;
        const std::string path = folder / "keys.db";
        write_bytes(path, sample_file());
        raw_database{path}.run("PRAGMA ignore_check_constraints = ON; " + edit);
        BOOST_TEST(code_of(sqlite_store::open(path)) == errc::corrupt, edit);
        must(sqlite_store::open(path, {.check_file = false}));
    }
}

BOOST_AUTO_TEST_CASE(at_the_end_of_the_feed_stops_it_and_does_no_harm) {
    sqlite_place place;
    fill(place.store);
    raw_database{place.path}.run(
        "INSERT INTO change SELECT 9223372036854775807, kind, credential, version, at, tag "
        "FROM change WHERE sequence = 1");
    BOOST_TEST(code_of(issue(place.store, 9)) == errc::corrupt);
    BOOST_TEST(!must(place.store.read(id_of(9))).has_value());
}

BOOST_AUTO_TEST_CASE(with_all_the_uses_there_can_be_counts_no_further) {
    sqlite_place place;
    fill(place.store);
    raw_database{place.path}.run("UPDATE record SET uses = 9223372036854775806");
    const usage use{std::string{format_name}, handle{2}, at_ms(1), 5};
    must(place.store.record_usage({&use, 1}));
    BOOST_TEST(must(place.store.look_up(format_name, handle{2}))->key.uses ==
               static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_value_that_could_not_be_given_back)

/// Checks that a changed credential, key or event is refused, and that nothing of it is stored.
template <typename Change>
void check_refused(Change change) {
    sqlite_place place;
    const auto outcome = place.store.transact([&](auto& tx) -> result<void> {
        credential owner = sample_credential(1);
        record key = sample_record(1, 2);
        audit_event event = sample_event(1);
        struct change what = sample_change(1);
        idempotency_entry entry{.token = {},
                                .arguments = {},
                                .credential = id_of(1),
                                .handle = {},
                                .created_at = at_ms(0),
                                .expires_at = at_ms(10)};
        store_identity identity{.id = {}, .keyring = "version 1\n", .proof = {}};
        change(owner, key, event, what, entry, identity);
        auto done = tx.insert(owner);
        if (done) done = tx.insert(key);
        if (done) done = tx.append(event);
        if (done) done = tx.append(what);
        if (done) done = tx.insert(entry);
        if (done) done = tx.put(identity);
        return done;
    });
    BOOST_TEST(code_of(outcome) == errc::invalid_argument);
    for (const auto& read : read_everything(place.store)) must(read);
    BOOST_TEST(must(place.store.list({}, "")).items.empty());
}

BOOST_AUTO_TEST_CASE(is_refused_before_it_is_written) {
    const timestamp never = timestamp::max();
    const timestamp before = from_unix_ms(-1);
    const std::string long_text(60'001, 'x');
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.expires_at = never; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.created_at = before; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.name = long_text; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.scopes = {long_text}; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.scopes.assign(30'001, "s"); });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.scopes = {"a", ""}; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.scopes = {"a b"}; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.metadata = {{"a", long_text}}; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.metadata.assign(1'001, {"a", "b"}); });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.version = ~0ULL; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.generation = 0; });
    check_refused([&](auto& owner, auto&, auto&, auto&, auto&, auto&) { owner.id = credential_id{}; });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.handle = handle{}; });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.digest.pepper = 0; });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.uses = ~0ULL; });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.state = key_state{9}; });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.retires_at = before; });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.sealed->box.clear(); });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.sealed->box.resize(1'025); });
    check_refused([&](auto&, auto& key, auto&, auto&, auto&, auto&) { key.sealed->sealing_key = 0; });
    check_refused([&](auto&, auto&, auto& event, auto&, auto&, auto&) { event.reason = long_text; });
    check_refused([&](auto&, auto&, auto& event, auto&, auto&, auto&) { event.at = never; });
    check_refused([&](auto&, auto&, auto& event, auto&, auto&, auto&) { event.handle = handle{}; });
    check_refused([&](auto&, auto&, auto&, auto& what, auto&, auto&) { what.kind = change_kind{99}; });
    check_refused([&](auto&, auto&, auto&, auto& what, auto&, auto&) { what.version = 0; });
    check_refused([&](auto&, auto&, auto&, auto&, auto& entry, auto&) { entry.expires_at = never; });
    check_refused([&](auto&, auto&, auto&, auto&, auto&, auto& identity) { identity.keyring = long_text; });

    sqlite_place place;
    must(issue(place.store, 1));
    const std::array<usage, 2> uses{usage{std::string{format_name}, handle{2}, at_ms(1), 1},
                                    usage{std::string{format_name}, handle{2}, never, 1}};
    BOOST_TEST(code_of(place.store.record_usage(uses)) == errc::invalid_argument);
    BOOST_TEST(must(place.store.look_up(format_name, handle{2}))->key.uses == 0U);
}

BOOST_AUTO_TEST_CASE(is_told_from_the_largest_that_can) {
    sqlite_place place;
    credential owner = sample_credential(1);
    owner.tenant = std::string(30'000, 't');
    owner.name = std::string(20'001, 'n');
    owner.scopes.assign(5'000, "s");
    owner.metadata.assign(1'000, {"a", "b"});
    owner.metadata[0].second = std::string(59'999, 'v');
    owner.expires_at = from_unix_ms(253'402'300'799'999);
    owner.created_at = from_unix_ms(0);
    owner.version = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    owner.generation = std::numeric_limits<std::uint32_t>::max();
    owner.proof.key = std::numeric_limits<std::uint32_t>::max();
    store_identity identity{.id = {}, .keyring = std::string(60'000, 'k'), .proof = owner.proof};
    record key = sample_record(1, 2);
    key.sealed->box.resize(1'024);
    key.generation = owner.generation;
    audit_event event = sample_event(1);
    event.tenant = owner.tenant;
    event.reason = std::string(29'900, 'r');
    must(place.store.transact([&](auto& tx) -> result<void> {
        must(tx.insert(owner));
        must(tx.insert(key));
        must(tx.put(identity));
        return tx.append(event);
    }));
    BOOST_TEST(must(place.store.identity())->keyring == identity.keyring);
    BOOST_TEST(must(place.store.identity())->proof.key == identity.proof.key);
    check_same(must(place.store.read(owner.id))->about, owner);
    check_same(must(place.store.read(owner.id))->keys.at(0), key);
    BOOST_TEST(must(place.store.audit({}, "")).items.at(0).reason == event.reason);
}

BOOST_AUTO_TEST_SUITE_END()

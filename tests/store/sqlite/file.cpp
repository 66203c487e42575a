// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How `sqlite_store::open` handles various files; a file that it refuses is not changed.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <shearline/store/keyring_binding.hpp>

#include "../../support/in_child.hpp"
#include "../../support/keyrings.hpp"
#include "../../support/stores.hpp"
#include "child.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

unsigned mode_of(const std::string& path) {
    struct ::stat about {};
    return ::lstat(path.c_str(), &about) == 0 ? about.st_mode & 07777U : 0U;
}

/// Checks that opening returns this error, which names the file, and changes nothing in the folder.
void check_refused(const temporary_folder& folder, const std::string& path, errc code, std::string_view words) {
    BOOST_TEST_CONTEXT(path << ": " << words) {
        const auto before = folder.content();
        const auto opened = sqlite_store::open(path);
        const errc got = code_of(opened);
        BOOST_TEST(got == code, opened.error().message());
        BOOST_TEST(opened.error().context().find(path) != std::string::npos, opened.error().message());
        BOOST_TEST(opened.error().context().find(words) != std::string::npos, opened.error().message());
        const auto after = folder.content();
        BOOST_REQUIRE(after.size() == before.size());
        for (std::size_t i = 0; i < after.size(); ++i) {
            BOOST_TEST(after[i].first == before[i].first);
            BOOST_TEST(after[i].second == before[i].second, after[i].first + " was changed");
        }
    }
}

/// While this exists, SQLite leaves deleted content in its pages by default, as it does unless it was built with
/// secure_delete. (Debian's is.)
class sqlite_that_leaves_what_is_deleted {
public:
    sqlite_that_leaves_what_is_deleted() { BOOST_REQUIRE(sqlite3_auto_extension(entry()) == SQLITE_OK); }
    sqlite_that_leaves_what_is_deleted(const sqlite_that_leaves_what_is_deleted&) = delete;
    sqlite_that_leaves_what_is_deleted& operator=(const sqlite_that_leaves_what_is_deleted&) = delete;
    ~sqlite_that_leaves_what_is_deleted() { sqlite3_cancel_auto_extension(entry()); }

private:
    static int turn_off(sqlite3* db, char** /*message*/, const void* /*routines*/) {
        return sqlite3_exec(db, "PRAGMA secure_delete = OFF", nullptr, nullptr, nullptr);
    }
    static void (*entry())() { return reinterpret_cast<void (*)()>(&turn_off); }
};

/// The checks of the golden keyring (see support/golden_keyring.hpp), in a table of before proofs.
const std::string golden_checks =
    "INSERT INTO keyring_check(kind, number, proof) VALUES (1, 1, x'0000000000000000'), (2, 1, x'5D6EAA0436AFDA34'), "
    "(1, 3, x'A50029DFB43DD64B'), (1, 2, x'AB5F30881A81D6DD')";

/// Six credentials; the third has keys of five generations, of two formats and in every state, the fifth has none.
void fill_with_all_kinds_of_rows(const std::string& path) {
    auto store = must(sqlite_store::open(path));
    for (const std::uint32_t number : {1U, 2U, 3U, 4U}) must(issue(store, number, number % 2 == 0 ? "acme" : "other"));
    must(store.transact([](auto& tx) -> result<void> {
        for (std::uint32_t generation = 2; generation <= 5; ++generation) {
            record key = sample_record(3, 100 - generation, generation);
            if (generation == 3) key.format = "instance_test";
            if (generation == 4) key.state = key_state::retiring;
            if (generation == 4) key.retires_at = at_ms(1);
            if (generation <= 3) must(revoke(key, at_ms(5)));
            if (generation == 5) key.sealed.reset();
            must(tx.insert(key));
        }
        credential owner = sample_credential(5);
        owner.not_before = at_ms(3);
        owner.expires_at.reset();
        owner.suspended = true;
        owner.scopes.clear();
        owner.metadata.clear();
        owner.revoked_at = at_ms(4);
        must(tx.insert(owner));
        must(tx.insert(sample_credential(6)));
        must(tx.insert(sample_record(6, ~0ULL)));
        must(tx.bind_hash(format_name, hash_name{"another-hash"}));
        return tx.insert(idempotency_entry{.token = {std::byte{7}},
                                           .arguments = {std::byte{8}},
                                           .credential = id_of(1),
                                           .handle = handle{2},
                                           .created_at = at_ms(0),
                                           .expires_at = at_ms(10),
                                           .proof = {.key = 5, .mac = {}}});
    }));
    must(revoke_key(store, 4));
    const usage used{std::string{format_name}, handle{2}, at_ms(50), 3};
    must(store.record_usage({&used, 1}));
}

/// Writes the rows of a store as schema 1 or 2 had them.
void write_as_of_schema(int version, const std::string& now, const std::string& old) {
    raw_database file{old};
    for (int step = 0; step < version; ++step) file.run(detail::sqlite::steps[static_cast<std::size_t>(step)]);
    file.run("ATTACH '" + now + "' AS now");
    const auto copy = [&](const std::string& table, const std::string& columns) {
        file.run("INSERT INTO main." + table + "(" + columns + ") SELECT " + columns + " FROM now." + table);
    };
    copy("credential",
         "ordinal, id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
         "revoked_at");
    copy("credential_metadata", "credential, ordinal, label, value");
    copy("record",
         "format, handle, credential, generation, state, digest, created_at, retires_at, revoked_at, last_used_at, "
         "uses, sealing_key, nonce, box");
    copy("change",
         version == 1 ? "sequence, kind, credential, version, at" : "sequence, kind, credential, version, at, tag");
    copy("audit_event", "sequence, at, actor, action, tenant, credential, handle, source_address, reason");
    copy("idempotency", "token, arguments, credential, handle, created_at, expires_at");
    if (version == 2) copy("format_hash", "format, hash");
    file.run("DETACH now; PRAGMA application_id = " + std::to_string(detail::sqlite::application_id) +
             "; PRAGMA user_version = " + std::to_string(version) + "; PRAGMA journal_mode = WAL");
    ::chmod(old.c_str(), 0600);
}

credential without_proof(credential of) {
    of.metadata_digest = {};
    of.proof = {};
    return of;
}

std::vector<std::uint64_t> handles_of(const std::vector<record>& keys) {
    std::vector<std::uint64_t> handles;
    for (const record& key : keys) handles.push_back(key.handle.value);
    return handles;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_sqlite_file)

BOOST_AUTO_TEST_CASE(keeps_everything_when_it_is_opened_again) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    {
        auto store = must(sqlite_store::open(path));
        must(issue(store, 1));
        must(issue(store, 2));
        must(revoke_key(store, 2));
    }
    auto again = must(sqlite_store::open(path));
    check_same(must(again.read(id_of(1)))->about, sample_credential(1));
    check_same(must(again.read(id_of(1)))->keys.at(0), sample_record(1, 2));
    BOOST_TEST(must(again.look_up(format_name, handle{3}))->key.state == key_state::revoked);
    must(issue(again, 3));
    BOOST_TEST(must(again.changes_after(0, 10)).size() == 4U);
    BOOST_TEST(must(again.audit({}, "")).items.size() == 4U);
}

BOOST_AUTO_TEST_CASE(is_shared_by_all_who_have_it_open) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    auto one = must(sqlite_store::open(path));
    auto other = must(sqlite_store::open(path));
    const std::uint64_t before = other.change_count();
    must(issue(one, 1));
    BOOST_TEST(other.change_count() != before);
    BOOST_TEST(must(other.look_up(format_name, handle{2})).has_value());
    auto moved = std::move(one);
    must(revoke_key(moved, 1));
    BOOST_TEST(must(other.look_up(format_name, handle{2}))->key.state == key_state::revoked);
}

BOOST_AUTO_TEST_CASE(is_private_whatever_the_umask) {
    for (const ::mode_t mask : {::mode_t{0}, ::mode_t{0777}}) {
        const temporary_folder folder;
        const ::mode_t before = ::umask(mask);
        auto store = sqlite_store::open(folder / "keys.db");
        if (store) (void)issue(*store, 1);
        ::umask(before);
        BOOST_REQUIRE(static_cast<bool>(store));
        BOOST_TEST(folder.content().size() == 4U);
        for (const auto& [name, bytes] : folder.content()) BOOST_TEST(mode_of(folder / name) == 0600U, name);
    }
}

BOOST_AUTO_TEST_CASE(is_a_path_and_never_a_special_name) {
    const temporary_folder folder;
    const std::string here = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    for (const std::string name : {":memory:", "file:keys.db?mode=memory", "file::memory:", "name with spaces?%20"}) {
        auto store = sqlite_store::open(name);
        if (store) (void)issue(*store, 1);
        BOOST_TEST(static_cast<bool>(store), name);
        BOOST_TEST(std::filesystem::exists(folder / name), name);
    }
    std::filesystem::current_path(here);
    BOOST_TEST(!std::filesystem::exists(folder / "keys.db"));
    for (const std::string& name : {std::string{}, folder.path() + "/", folder / ".", folder / "..",
                                    folder / std::string_view{"a\0b", 3}, folder.path()})
        BOOST_TEST(code_of(sqlite_store::open(name)) == errc::invalid_argument, name);
    BOOST_TEST(code_of(sqlite_store::open(folder / "missing/keys.db")) == errc::not_found);
}

BOOST_AUTO_TEST_CASE(has_one_name) {
    const temporary_folder folder;
    std::filesystem::create_directory(folder / "real");
    std::filesystem::create_directory_symlink(folder / "real", folder / "linked");
    auto direct = must(sqlite_store::open(folder / "real/keys.db"));
    auto through_link = must(sqlite_store::open(folder / "linked/keys.db"));
    const std::uint64_t before = through_link.change_count();
    must(issue(direct, 1));
    BOOST_TEST(through_link.change_count() != before);
    std::filesystem::create_symlink(folder / "real/keys.db", folder / "other.db");
    BOOST_TEST(code_of(sqlite_store::open(folder / "other.db")) == errc::invalid_argument);
    std::filesystem::create_symlink(folder / "nowhere.db", folder / "dangling.db");
    BOOST_TEST(code_of(sqlite_store::open(folder / "dangling.db")) == errc::invalid_argument);
    BOOST_TEST(!std::filesystem::exists(folder / "nowhere.db"));
    BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    BOOST_TEST(code_of(sqlite_store::open(folder / "pipe")) == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(may_be_there_and_empty) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    write_bytes(path, "");
    auto store = must(sqlite_store::open(path));
    must(issue(store, 1));
    raw_database raw{path};
    BOOST_TEST(raw.text("PRAGMA user_version") == std::to_string(detail::sqlite::schema_version));
    BOOST_TEST(raw.text("PRAGMA application_id") == std::to_string(detail::sqlite::application_id));
    BOOST_TEST(raw.text("PRAGMA journal_mode") == "wal");
    BOOST_TEST(raw.text("PRAGMA integrity_check") == "ok");
    BOOST_TEST(raw.text("PRAGMA foreign_key_check").empty());
}

BOOST_AUTO_TEST_CASE(of_schema_version_1_is_brought_forward_with_its_keys_as_those_of_hmac_sha256) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    const std::string id = id_of(1).to_string();
    raw_database{path}.run(detail::sqlite::steps[0] +
                           ("PRAGMA application_id = " + std::to_string(detail::sqlite::application_id)) +
                           "; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;"
                           "INSERT INTO credential VALUES (1, '" +
                           id +
                           "', 'acme', 'sync', 'a:b', NULL, NULL, 0, 1, 1, 0, NULL);"
                           "INSERT INTO record VALUES ('instance', 2, 1, 1, 2, '" +
                           digest_of(1).to_phc(handle{2}) +
                           "', 0, NULL, NULL, NULL, 0, NULL, NULL, NULL);"
                           "INSERT INTO change VALUES (1, 1, '" +
                           id + "', 1, 0)");
    ::chmod(path.c_str(), 0600);
    auto store = must(sqlite_store::open(path));
    BOOST_TEST(raw_database{path}.text("PRAGMA user_version") == std::to_string(detail::sqlite::schema_version));
    const auto key = must(store.look_up("instance", handle{2}));
    BOOST_REQUIRE(key.has_value());
    BOOST_TEST(key->key.digest.mac == digest_of(1).mac);
    BOOST_TEST(key->key.digest.hash == hash_name{"hmac-sha256"});
    const hash_name another{"another-hash"};
    BOOST_TEST(must(store.transact([&](auto& tx) { return tx.bind_hash("instance", another); })) ==
               hash_name{"hmac-sha256"});
    BOOST_TEST(must(store.transact([&](auto& tx) { return tx.bind_hash("other", another); })) == another);
}

BOOST_AUTO_TEST_CASE(of_every_older_schema_is_brought_forward_with_every_row) {
    for (const int version : {1, 2}) {
        const temporary_folder folder;
        const std::string now = folder / "now.db";
        const std::string old = folder / "old.db";
        fill_with_all_kinds_of_rows(now);
        write_as_of_schema(version, now, old);
        raw_database{old}.run(golden_checks);

        auto before = must(sqlite_store::open(now));
        auto store = must(sqlite_store::open(old));
        raw_database{old}.run("PRAGMA wal_checkpoint");
        BOOST_TEST(raw_database{old}.text("PRAGMA user_version") == std::to_string(detail::sqlite::schema_version));
        BOOST_TEST(raw_database{old}.text("PRAGMA integrity_check") == "ok");
        BOOST_TEST(raw_database{old}.text("PRAGMA foreign_key_check") == "");
        BOOST_TEST(raw_database{old}.text("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE "
                                          "tbl_name IN ('record', 'keyring_check') ORDER BY name)") ==
                   raw_database{now}.text("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE "
                                          "tbl_name IN ('record', 'keyring_check') ORDER BY name)"));

        const auto expected = must(before.list({.limit = 100}, "")).items;
        const auto found = must(store.list({.limit = 100}, "")).items;
        BOOST_REQUIRE(found.size() == 6U);
        BOOST_REQUIRE(expected.size() == found.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            check_same(found[i].about, without_proof(expected[i].about));  // it has none until somebody vouches for it
            BOOST_REQUIRE(found[i].keys.size() == expected[i].keys.size());
            for (std::size_t k = 0; k < found[i].keys.size(); ++k) {
                check_same(found[i].keys[k], expected[i].keys[k]);
                check_same(must(store.look_up(found[i].keys[k].format, found[i].keys[k].handle))->key,
                           expected[i].keys[k]);
            }
        }
        BOOST_TEST(found[2].keys.size() == 5U);
        BOOST_TEST(handles_of(must(store.read_live(id_of(3)))->keys) ==
                   handles_of(must(before.read_live(id_of(3)))->keys));
        const auto events = must(store.audit({}, "")).items;
        BOOST_REQUIRE(events.size() == must(before.audit({}, "")).items.size());
        BOOST_TEST(events.back().reason == sample_event(1).reason);
        const auto changes = must(store.changes_after(0, 100));
        const auto changes_before = must(before.changes_after(0, 100));
        BOOST_REQUIRE(changes.size() == changes_before.size());
        for (std::size_t i = 0; i < changes.size(); ++i) {
            BOOST_TEST(changes[i].credential == changes_before[i].credential);
            BOOST_TEST((changes[i].tag == changes_before[i].tag) == (version == 2));  // 1 had none
        }
        scanned all;
        scanned all_before;
        must(store.scan(format_name, all));
        must(before.scan(format_name, all_before));
        BOOST_TEST(all.promised == all_before.promised);
        BOOST_TEST(handles_of(all.keys) == handles_of(all_before.keys));
        const auto entry = must(store.transact([](auto& tx) { return tx.find_idempotent({std::byte{7}}, at_ms(1)); }));
        BOOST_REQUIRE(entry.has_value());
        BOOST_TEST(entry->handle == handle{2});
        BOOST_TEST(entry->proof.key == 0U);
        BOOST_TEST(entry->proof.mac == digest_bytes{});
        const hash_name first = version == 1 ? hash_name{"hmac-sha256"} : hash_name{"another-hash"};
        BOOST_TEST(must(store.transact([](auto& tx) { return tx.bind_hash(format_name, hash_name{"third-hash"}); })) ==
                   first);

        // and it is a store like any other
        must(issue(store, 50));
        must(revoke_key(store, 1));
        BOOST_TEST(must(store.transact([](auto& tx) { return tx.prune(id_of(3), 4); })) == 2U);
        BOOST_TEST(code_of(store.transact([](auto& tx) { return tx.insert(sample_record(2, 2, 7)); })) ==
                   errc::conflict);
        must(sqlite_store::open(old));
    }
}

BOOST_AUTO_TEST_CASE(of_an_older_schema_says_of_its_keyring_what_it_said_and_is_not_proved) {
    for (const int version : {1, 2}) {
        const temporary_folder folder;
        const std::string old = folder / "old.db";
        fill_with_all_kinds_of_rows(folder / "now.db");
        write_as_of_schema(version, folder / "now.db", old);
        raw_database{old}.run(golden_checks);
        auto store = must(sqlite_store::open(old));
        const auto identity = must(store.identity());
        BOOST_REQUIRE(identity.has_value());
        BOOST_TEST(identity->id == store_id{});
        BOOST_TEST(identity->proof.key == 0U);
        BOOST_TEST(identity->proof.mac == digest_bytes{});
        BOOST_TEST(identity->keyring ==
                   "version 0\n"
                   "pepper 1 - 0000000000000000\n"
                   "sealing 1 - 5d6eaa0436afda34\n"
                   "pepper 3 - a50029dfb43dd64b\n"
                   "pepper 2 - ab5f30881a81d6dd\n");
        const keyring ring = ring_of(golden);
        must(detail::check_continues(ring, identity->keyring));
        must(detail::check_continues(must(ring.with_new_proof_key()), identity->keyring));
        BOOST_TEST(code_of(detail::check_continues(new_ring(), identity->keyring)) == errc::wrong_keyring);
        const auto bound_by = [&](const keyring& by) {
            const auto bound = store.transact([&](auto& tx) { return detail::bind_keyring<hmac_sha256>(tx, by); });
            BOOST_TEST(code_of(bound) == errc::wrong_keyring);
            return bound.error().context();
        };
        BOOST_TEST(bound_by(must(ring.with_new_proof_key())).find("call `prove_store` once") != std::string::npos);
        BOOST_TEST(bound_by(new_ring()).find("no proof of its keyring") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(of_an_older_schema_that_knew_no_keyring_still_knows_none) {
    for (const int version : {1, 2}) {
        const temporary_folder folder;
        fill_with_all_kinds_of_rows(folder / "now.db");
        write_as_of_schema(version, folder / "now.db", folder / "old.db");
        auto store = must(sqlite_store::open(folder / "old.db"));
        BOOST_TEST(!must(store.identity()).has_value());
    }
}

BOOST_AUTO_TEST_CASE(takes_no_more_live_keys_of_a_credential_than_it_reads) {
    const temporary_folder folder;
    auto store = must(sqlite_store::open(folder / "keys.db"));
    must(issue(store, 1));
    must(store.transact([](auto& tx) -> result<void> {
        for (std::uint32_t g = 2; g <= detail::sql::max_live_keys; ++g) must(tx.insert(sample_record(1, g + 1, g)));
        return {};
    }));
    const auto add = [&](const record& key) { return store.transact([&](auto& tx) { return tx.insert(key); }); };
    BOOST_TEST(code_of(add(sample_record(1, 5'000, 2'000))) == errc::invalid_argument);
    record dead = sample_record(1, 5'000, 2'000);
    must(revoke(dead, at_ms(5)));
    must(add(dead));
    BOOST_TEST(must(store.read_live(id_of(1)))->keys.size() == detail::sql::max_live_keys);
}

BOOST_AUTO_TEST_CASE(of_a_newer_schema_is_refused_and_left_alone) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    (void)must(sqlite_store::open(path));
    raw_database{path}.run("PRAGMA user_version = 99; CREATE TABLE tomorrow(x)");
    check_refused(folder, path, errc::wrong_version, "version 99");
    raw_database{path}.run("PRAGMA user_version = -1");
    check_refused(folder, path, errc::corrupt, "negative");
}

BOOST_AUTO_TEST_CASE(of_another_application_is_refused_and_left_alone) {
    for (const std::string mode : {"DELETE", "WAL"}) {
        const temporary_folder folder;
        const std::string path = folder / "places.sqlite";
        {
            raw_database raw{path};
            raw.run("PRAGMA journal_mode = " + mode + "; CREATE TABLE visits(x); INSERT INTO visits VALUES (1)");
        }
        check_refused(folder, path, errc::corrupt, "another application");
        raw_database{path}.run("PRAGMA application_id = 7");
        check_refused(folder, path, errc::corrupt, "another application");
        // While its owner has it open, with a log that has not been written back to the file.
        raw_database owner{path};
        owner.run("INSERT INTO visits VALUES (2)");
        check_refused(folder, path, errc::corrupt, "another application");
        BOOST_TEST(owner.text("SELECT sum(x) FROM visits") == "3");
    }
    // A database of another program that is empty still belongs to that program.
    const temporary_folder folder;
    raw_database{folder / "empty.db"}.run("CREATE TABLE t(x); DROP TABLE t");
    check_refused(folder, folder / "empty.db", errc::corrupt, "another application");
}

BOOST_AUTO_TEST_CASE(that_is_not_sqlite_is_refused_and_left_alone) {
    const temporary_folder folder;
    const std::string path = folder / "letter.txt";
    std::mt19937 random{7};
    std::string noise(5'000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    for (const std::string& bytes :
         {std::string{"x"}, std::string(99, '\0'), std::string(4096, '\0'), std::string{"SQLite format 3"}, noise}) {
        write_bytes(path, bytes);
        check_refused(folder, path, errc::corrupt, "is not an SQLite database");
    }
}

BOOST_AUTO_TEST_CASE(that_was_cut_short_is_refused_and_left_alone) {
    const temporary_folder source;
    {
        auto store = must(sqlite_store::open(source / "keys.db"));
        for (std::uint32_t number = 1; number < 60; ++number) must(issue(store, number));
    }
    const std::string whole = bytes_of(source / "keys.db");
    for (const std::size_t size :
         {std::size_t{100}, std::size_t{4'095}, std::size_t{4'096}, whole.size() / 2, whole.size() - 4'096}) {
        const temporary_folder folder;
        write_bytes(folder / "keys.db", std::string_view{whole}.substr(0, size));
        check_refused(folder, folder / "keys.db", errc::corrupt, "damaged");
    }
}

BOOST_AUTO_TEST_CASE(with_a_damaged_page_is_refused_when_opened_or_else_when_it_is_met) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    {
        auto store = must(sqlite_store::open(path));
        for (std::uint32_t number = 1; number < 60; ++number) must(issue(store, number));
    }
    const auto page =
        std::stoul(raw_database{path}.text("SELECT max(rootpage) FROM sqlite_schema WHERE name = 'record'"));
    std::string bytes = bytes_of(path);
    for (std::size_t i = 0; i < 4'096; ++i) bytes[(page - 1) * 4'096 + i] = static_cast<char>(i * 31);
    for (const auto& [name, ignored] : folder.content()) std::filesystem::remove(folder / name);
    write_bytes(path, bytes);
    check_refused(folder, path, errc::corrupt, "damaged");
    const auto store = must(sqlite_store::open(path, {.check_file = false}));
    const auto met = store.look_up(format_name, handle{2});
    BOOST_TEST(code_of(met) == errc::corrupt);
    BOOST_TEST(met.error().context().find(path) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(that_was_cut_short_while_it_was_made_is_made_anew) {
    // SQLite's journal for a file that had `pages` pages before, as a power cut leaves it.
    const auto journal_of = [](char pages) {
        std::string journal{"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8};
        journal += std::string(11, '\0') + pages + std::string{"\0\0\2\0\0\0\x10\0", 8};
        return journal + std::string(512 - journal.size(), '\0');
    };
    const temporary_folder folder;
    write_bytes(folder / "keys.db", std::string(11'264, '\0'));
    std::filesystem::permissions(folder / "keys.db", std::filesystem::perms{0600});
    write_bytes(folder / "keys.db-journal", journal_of('\1'));
    BOOST_TEST(code_of(sqlite_store::open(folder / "keys.db")) == errc::corrupt);
    BOOST_TEST(bytes_of(folder / "keys.db").size() == 11'264U);  // the control: there was something in it
    write_bytes(folder / "keys.db-journal", journal_of('\0'));
    auto store = must(sqlite_store::open(folder / "keys.db"));
    must(issue(store, 1));
}

BOOST_AUTO_TEST_CASE(with_any_byte_changed_gives_answers_or_errors_and_nothing_worse) {
    const temporary_folder source;
    {
        auto store = must(sqlite_store::open(source / "keys.db"));
        for (std::uint32_t number = 1; number < 8; ++number) must(issue(store, number));
    }
    const std::string whole = bytes_of(source / "keys.db");
    std::mt19937 random{4711};
    int refused = 0;
    int answered = 0;
    const temporary_folder folder;
    for (int round = 0; round < 150; ++round) {
        std::string bytes = whole;
        for (int i = 0; i < 1 + round % 4; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        if (round % 7 == 0) bytes.resize(random() % bytes.size());
        for (const std::string name : {"keys.db-wal", "keys.db-shm"}) std::filesystem::remove(folder / name);
        write_bytes(folder / "keys.db", bytes);
        auto store = sqlite_store::open(folder / "keys.db", {.readers = 1, .check_file = round % 2 == 0});
        if (!store) {
            ++refused;
            continue;
        }
        for (std::uint64_t value = 0; value < 9; ++value) {
            const auto view = store->look_up(format_name, handle{value});
            answered += static_cast<bool>(view);
        }
        (void)store->list({.limit = 1'000}, "");
        (void)store->audit({.limit = 1'000}, "");
        (void)store->changes_after(0, 1'000);
        (void)store->identity();
        (void)store->transact([](auto& tx) { return tx.is_proof_key_used(1); });
        (void)issue(*store, 99);
    }
    BOOST_TEST(refused > 5);
    BOOST_TEST(answered > 50);
}

BOOST_AUTO_TEST_CASE(with_other_tables_is_refused_and_left_alone) {
    for (const std::string edit : {
             "DROP TABLE record",
             "DROP INDEX record_of_handle",
             "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM audit_event; END",
             "CREATE VIEW v AS SELECT 1",
             "CREATE TABLE extra(x)",
             "ALTER TABLE record ADD COLUMN more TEXT",
             ("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') "
              "WHERE name = 'audit_event'"),
             "DROP TABLE change; CREATE VIEW change AS SELECT 1 AS sequence",
         }) {
        const temporary_folder folder;
        const std::string path = folder / "keys.db";
        must(issue(*std::make_unique<sqlite_store>(must(sqlite_store::open(path))), 1));
        raw_database{path}.run(edit);
        check_refused(folder, path, errc::corrupt, "tables");
    }
}

BOOST_AUTO_TEST_CASE(holds_no_trace_of_a_sealed_text_once_its_key_is_revoked_and_the_log_is_written_back) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    const std::string piece(16, '\x5a');  // of its box
    const sqlite_that_leaves_what_is_deleted by_default;
    BOOST_REQUIRE(raw_database{folder / "other.db"}.text("PRAGMA secure_delete") == "0");
    record key = sample_record(1, 2);
    key.sealed->box.assign(1'000, std::byte{0x5a});  // longer than the row without it, which would hide what is left
    {
        auto store = must(sqlite_store::open(path));
        must(store.transact([&](sqlite_store::transaction& tx) -> result<void> {
            auto done = tx.insert(sample_credential(1));
            return done ? tx.insert(key) : done;
        }));
    }
    BOOST_TEST(bytes_of(path).find(piece) != std::string::npos);
    must(revoke_key(*std::make_unique<sqlite_store>(must(sqlite_store::open(path))), 1));
    for (const auto& [name, bytes] : folder.content()) BOOST_TEST(bytes.find(piece) == std::string::npos, name);
}

BOOST_AUTO_TEST_CASE(runs_no_trigger_that_is_planted_while_it_is_open) {
    sqlite_place place;
    raw_database raw{place.path};
    raw.run("CREATE TRIGGER t AFTER INSERT ON record BEGIN UPDATE record SET state = 2; DELETE FROM audit_event; END");
    must(issue(place.store, 1));
    must(issue(place.store, 2));
    BOOST_TEST(must(place.store.audit({}, "")).items.size() == 2U);
    raw.run(
        "INSERT INTO record SELECT credential, 2, 'x', 9, state, digest, created_at, retires_at, revoked_at, "
        "last_used_at, uses, sealing_key, nonce, box FROM record WHERE handle = 2");
    BOOST_TEST(raw.text("SELECT count(*) FROM audit_event") == "0");  // the trigger works for others
}

BOOST_AUTO_TEST_CASE(that_may_not_be_written_is_refused_and_left_alone) {
    const auto open_as_nobody = [](const std::string& path) {
        child_process child{{"open-as-nobody", path}};
        std::string words = child.output();
        BOOST_TEST(child.status() == (words.empty() ? 0 : 1));
        return words;
    };
    const bool root = ::geteuid() == 0;
    const auto give_to_nobody = [root](const std::string& path) {
        if (root && ::chown(path.c_str(), 65534, 65534) != 0) BOOST_FAIL("chown");
    };
    const temporary_folder folder;
    give_to_nobody(folder.path());
    const std::string path = folder / "keys.db";
    BOOST_TEST(open_as_nobody(path) == "");  // the control: it is the modes that make the difference
    for (const auto& [name, bytes] : folder.content()) BOOST_TEST((!root || mode_of(folder / name) == 0600U));
    const auto before = folder.content();
    const auto check = [&](const std::string& words) {
        BOOST_TEST(words.starts_with("permission denied: "), words);
        BOOST_TEST(words.find(path) != std::string::npos, words);
        BOOST_TEST(folder.content() == before);
    };
    BOOST_REQUIRE(::chmod(path.c_str(), 0400) == 0);
    check(open_as_nobody(path));
    BOOST_REQUIRE(::chmod(path.c_str(), 0000) == 0);
    if (root) {
        check(open_as_nobody(path));
    }
    BOOST_REQUIRE(::chmod(path.c_str(), 0600) == 0);
    BOOST_REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
    check(open_as_nobody(path));
    const std::string fresh = open_as_nobody(folder / "new.db");
    BOOST_TEST(fresh.starts_with("permission denied: "), fresh);
    BOOST_TEST(fresh.find(folder / "new.db") != std::string::npos, fresh);
    BOOST_REQUIRE(::chmod(folder.path().c_str(), 0700) == 0);
    BOOST_TEST(open_as_nobody(path) == "");
}

BOOST_AUTO_TEST_CASE(is_not_opened_with_options_out_of_range) {
    const temporary_folder folder;
    for (const sqlite_options& options : {sqlite_options{.busy_timeout = -1ms}, sqlite_options{.busy_timeout = 61min},
                                          sqlite_options{.readers = 0}, sqlite_options{.readers = 65}})
        BOOST_TEST(code_of(sqlite_store::open(folder / "keys.db", options)) == errc::invalid_argument);
    BOOST_TEST(folder.content().empty());
}

BOOST_AUTO_TEST_CASE(that_another_connection_keeps_locked_is_unavailable_for_a_bounded_time) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    auto store = must(sqlite_store::open(path, {.busy_timeout = 60ms}));
    must(issue(store, 1));
    raw_database other{path};
    other.run("BEGIN IMMEDIATE");
    const auto begun = std::chrono::steady_clock::now();
    const auto refused = issue(store, 2);
    BOOST_TEST(code_of(refused) == errc::unavailable);
    BOOST_TEST(refused.error().context().find(path) != std::string::npos);
    BOOST_TEST(std::chrono::steady_clock::now() - begun < 10s);
    BOOST_TEST(must(store.look_up(format_name, handle{2})).has_value());  // readers do not wait
    other.run("ROLLBACK");
    must(issue(store, 2));
    // A body that uses the store itself waits for its own transaction; that wait is bounded, too.
    const auto nested = store.transact([&](auto&) { return issue(store, 3); });
    BOOST_TEST(code_of(nested) == errc::unavailable);
    must(issue(store, 3));
}

BOOST_AUTO_TEST_CASE(that_was_moved_or_replaced_is_no_longer_written_or_read) {
    sqlite_place place;
    must(issue(place.store, 1));
    std::filesystem::rename(place.path, place.folder / "moved.db");
    BOOST_TEST(code_of(issue(place.store, 2)) == errc::unavailable);
    BOOST_TEST(code_of(place.store.look_up(format_name, handle{2})) == errc::unavailable);
    std::filesystem::rename(place.folder / "moved.db", place.path);
    must(issue(place.store, 2));
    std::filesystem::remove(place.path + "-changes");
    BOOST_TEST(code_of(issue(place.store, 3)) == errc::unavailable);
    auto anew = must(sqlite_store::open(place.path));
    must(issue(anew, 3));
    BOOST_TEST(code_of(issue(place.store, 4)) == errc::unavailable);
}

BOOST_AUTO_TEST_CASE(says_that_it_no_longer_hears_of_changes_once_one_of_its_files_is_another) {
    for (const std::string name : {"", "-wal", "-shm", "-changes"}) {
        sqlite_place place;
        must(issue(place.store, 1));
        BOOST_TEST(place.store.hears_changes());
        std::filesystem::rename(place.path + name, place.folder / "moved");
        BOOST_TEST(!place.store.hears_changes(), "moved: keys.db" << name);
        write_bytes(place.path + name, "another");
        BOOST_TEST(!place.store.hears_changes(), "replaced: keys.db" << name);
        std::filesystem::rename(place.folder / "moved", place.path + name);
        BOOST_TEST(place.store.hears_changes(), "put back: keys.db" << name);
    }
}

BOOST_AUTO_TEST_CASE(whose_counter_goes_while_it_commits_leaves_the_change_in_doubt) {
    sqlite_place place;
    const auto done = place.store.transact([&](sqlite_store::transaction& tx) -> result<void> {
        std::filesystem::remove(place.path + "-changes");
        return tx.append(sample_change(1));
    });
    BOOST_TEST(code_of(done) == errc::in_doubt);
    BOOST_TEST(must(must(sqlite_store::open(place.path)).changes_after(0, 10)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(of_an_older_schema_is_brought_forward_with_all_that_is_in_it) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    {
        raw_database raw{path};
        raw.run(detail::sqlite::steps[0]);
        raw.run("PRAGMA application_id = " + std::to_string(detail::sqlite::application_id) +
                "; PRAGMA user_version = 1");
        for (std::uint32_t number = 1; number <= 3; ++number)
            raw.run("INSERT INTO change(kind, credential, version, at) VALUES (1, '" + id_of(number).to_string() +
                    "', 1, 1700000000000)");
    }
    ::chmod(path.c_str(), 0600);
    auto store = must(sqlite_store::open(path));
    const auto changes = must(store.changes_after(0, 10));
    BOOST_REQUIRE(changes.size() == 3);
    BOOST_TEST(changes[0].tag != changes[1].tag);  // each has one now
    BOOST_TEST(changes[1].tag != changes[2].tag);
    must(issue(store, 4));
    BOOST_TEST(must(store.head()).sequence == 4U);
}

BOOST_AUTO_TEST_CASE(whose_counter_is_foreign_is_refused) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    (void)must(sqlite_store::open(path));
    write_bytes(path + "-changes", "short");
    check_refused(folder, path, errc::corrupt, "-changes");
}

BOOST_AUTO_TEST_CASE(is_of_no_use_to_a_forked_child_and_stays_whole) {
    sqlite_place place;
    must(issue(place.store, 1));
    const int status = support::in_child([&] {
        const auto read = place.store.look_up(format_name, handle{2});
        const auto written = issue(place.store, 2);
        bool good = !read && read.error().code() == errc::unavailable;
        good = good && read.error().context().find("fork") != std::string::npos;
        good = good && !written && written.error().code() == errc::unavailable;
        // It closes only the counter's file: closing the database's would drop the parent's locks on it.
        const auto open_files = [] { return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {}); };
        const auto before = open_files();
        { const sqlite_store ended = std::move(place.store); }
        return good && open_files() == before - 1 ? 0 : 1;
    });
    BOOST_TEST(status == 0);
    BOOST_TEST(std::filesystem::exists(place.path + "-wal"));  // the child closed nothing
    must(issue(place.store, 2));
    BOOST_TEST(raw_database{place.path}.text("PRAGMA integrity_check") == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

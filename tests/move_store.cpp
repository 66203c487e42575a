// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Stores that are moved from one SQLite file to another. (store/postgres/moving.cpp moves them to a server.)
#include <shearline/move_store.hpp>
#include <shearline/prove_store.hpp>

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/moving.hpp"
#include "support/sanitized.hpp"

using namespace shearline;
using namespace support;
using namespace support::moves;

BOOST_AUTO_TEST_SUITE(a_moved_store)

BOOST_FIXTURE_TEST_CASE(has_everything_as_it_was_and_lives_on, moving) {
    auto to = must(sqlite_store::open(folder.file("to.db")));
    const auto identity = must(opened.store.identity());
    const auto changes = must(opened.store.changes_after(0, 1'000));
    const auto events = audit_of(opened.store);
    std::uint64_t last = 0, all = 0;
    const auto moved = must(move_store(opened.store, to, admin, [&](std::uint64_t done, std::uint64_t of) {
        BOOST_TEST(done >= last);
        last = done;
        all = of;
    }));
    BOOST_TEST(!moved.was_moved);
    BOOST_TEST(moved.rows == all);
    BOOST_TEST(last == all);
    BOOST_TEST(must(to.identity())->id == identity->id);
    BOOST_TEST((must(to.identity())->proof.mac == identity->proof.mac));
    const auto after = must(to.changes_after(0, 1'000));
    BOOST_REQUIRE(after.size() == changes.size());
    for (std::size_t i = 0; i < after.size(); ++i) BOOST_TEST(after[i].tag == changes[i].tag);
    auto now = audit_of(to);
    BOOST_TEST(must(to.audit({.limit = 1}, "")).items.at(0).action == "move");
    now.erase(now.begin());
    BOOST_TEST(now == events, boost::test_tools::per_element{});
    lives_in(to);
}

BOOST_FIXTURE_TEST_CASE(leaves_one_behind_that_answers_nothing, moving) {
    auto keys = open<bundle>();
    auto fast = must(verifier<bundle, sqlite_store>::open(opened.store, ring));
    BOOST_REQUIRE(fast.verify(text_of(plain)));
    auto to = must(sqlite_store::open(folder.file("to.db")));
    const auto view = must(keys.find(plain.credential));
    must(move_store(opened.store, to, admin));

    BOOST_TEST(why_denied(fast.verify(text_of(plain))) == reason::stale);
    BOOST_TEST(code_of(fast.poll()) == errc::illegal_state);
    BOOST_TEST(why_denied(fast.verify(text_of(plain))) == reason::stale);
    BOOST_TEST(why_denied(keys.verify(text_of(plain))) == reason::store_unavailable);
    BOOST_TEST(why_denied(keys.verify(text_of(revoked))) == reason::store_unavailable);
    const std::string unknown = with_right_checksum(with_another_letter(std::string{text_of(plain)}, 12));
    BOOST_TEST(why_denied(keys.verify(unknown)) == reason::store_unavailable);
    const credential_id& id = plain.credential;
    BOOST_TEST(code_of(keys.issue(legacy_sync(), admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.issue(legacy_sync(), by_token)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.rotate(id, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.revoke(id, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.revoke(plain.handle, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.suspend(id, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.resume(suspended.credential, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.amend(view.about, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.reveal(id, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.find(id)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.find(plain.handle)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.list()) == errc::illegal_state);
    BOOST_TEST(code_of(keys.audit()) == errc::illegal_state);
    BOOST_TEST(code_of(keys.reprove()) == errc::illegal_state);
    const auto yes = [](const store_vouching&) { return true; };
    BOOST_TEST(code_of(prove_store<bundle>(opened.store, folder.file("keyring"), admin, yes)) == errc::illegal_state);
    is_dead(opened.store, *this);
    auto again = must(sqlite_store::open(path));
    is_dead(again, *this);
}

BOOST_FIXTURE_TEST_CASE(is_closed_for_every_process_that_runs_on, moving) {
    int ready[2], go[2];
    BOOST_REQUIRE((::pipe(ready) == 0 && ::pipe(go) == 0));
    const std::string copy = folder.file("copy.db");
    shell{copy}.restore(path);
    const ::pid_t other = start_child([&] {
        ::close(go[1]);  // so that it ends if this process does
        auto store = must(sqlite_store::open(copy));
        auto keys = must(keys_of<sqlite_store>::open(store, ring, clock));
        auto fast = must(verifier<bundle, sqlite_store>::open(store, ring));
        const std::string_view text = text_of(plain);
        bool good = fast.verify(text) && keys.verify(text);
        char byte = 0;
        good = ::write(ready[1], &byte, 1) == 1 && ::read(go[0], &byte, 1) == 1 && good;
        // No poll: the very next verification.
        good = !fast.verify(text) && !keys.verify(text) && good;
        return good ? 0 : 1;
    });
    char byte = 0;
    BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);
    auto from = must(sqlite_store::open(copy));
    auto to = must(sqlite_store::open(folder.file("to.db")));
    must(move_store(from, to, admin));
    BOOST_REQUIRE(::write(go[1], &byte, 1) == 1);
    BOOST_TEST(end_of(other) == 0);
    for (const int each : {ready[0], ready[1], go[0], go[1]}) ::close(each);
}

BOOST_FIXTURE_TEST_CASE(is_whole_or_not_there_when_its_move_is_killed, moving) {
    const std::string to = folder.file("to.db");
    is_killed_anywhere(
        *this, [&] { return must(sqlite_store::open(to)); },
        [&] {
            for (const char* beside : {"", "-wal", "-shm", "-changes"}) std::filesystem::remove(to + beside);
        });
}

BOOST_FIXTURE_TEST_CASE(is_moved_once, moving) {
    auto to = must(sqlite_store::open(folder.file("to.db")));
    must(move_store(opened.store, to, admin));
    const auto again = must(move_store(opened.store, to, admin));
    BOOST_TEST(again.was_moved);
    BOOST_TEST(again.rows == 0U);
    auto other = must(sqlite_store::open(folder.file("other.db")));
    {
        auto keys = must(keys_of<sqlite_store>::open(to, ring, clock));
        must(keys.revoke(plain.credential, admin));
    }
    BOOST_TEST(code_of(move_store(opened.store, to, admin)) == errc::conflict);
    BOOST_TEST(code_of(move_store(to, opened.store, admin)) == errc::illegal_state);  // nor does it go back
    BOOST_TEST(!must(to.head()).closed);
    must(move_store(to, other, admin));  // but on to another place
    auto keys = must(keys_of<sqlite_store>::open(other, ring, clock));
    BOOST_TEST(why_denied(keys.verify(text_of(plain))) == reason::revoked);
}

BOOST_FIXTURE_TEST_CASE(is_only_moved_to_a_new_place, moving) {
    auto foreign = must(sqlite_store::open(folder.file("foreign.db")));
    const auto other_ring = must(keyring::create(folder.file("other keyring")));
    must(keys_of<sqlite_store>::open(foreign, other_ring, clock));  // bound, and without any key
    BOOST_TEST(code_of(move_store(opened.store, foreign, admin)) == errc::conflict);
    BOOST_TEST(code_of(move_store(opened.store, opened.store, admin)) == errc::conflict);
    auto same = must(sqlite_store::open(path));
    BOOST_TEST(code_of(move_store(opened.store, same, admin)) == errc::conflict);
    shell{folder.file("copy.db")}.restore(path);
    auto copy = must(sqlite_store::open(folder.file("copy.db")));
    BOOST_TEST(code_of(move_store(opened.store, copy, admin)) == errc::conflict);
    BOOST_TEST(!must(opened.store.head()).closed);
    is_in(opened.store);

    auto empty = must(sqlite_store::open(folder.file("empty.db")));
    auto to = must(sqlite_store::open(folder.file("to.db")));
    BOOST_TEST(code_of(move_store(empty, to, admin)) == errc::not_found);
    BOOST_TEST(code_of(move_store(opened.store, to, {})) == errc::invalid_argument);  // by nobody
    must(move_store(opened.store, to, admin));
    BOOST_TEST(code_of(move_store(opened.store, opened.store, admin)) == errc::illegal_state);
    BOOST_TEST(code_of(move_store(opened.store, copy, admin)) == errc::conflict);  // the copy lacks the event "move"
}

BOOST_FIXTURE_TEST_CASE(stays_where_it_is_if_a_row_cannot_be_kept_there, moving) {
    shell{path}.run("PRAGMA ignore_check_constraints = ON; UPDATE record SET uses = -1 WHERE credential = 5");
    auto to = must(sqlite_store::open(folder.file("to.db")));
    const auto refused = move_store(opened.store, to, admin);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().context().find("`record`") != std::string::npos, refused.error().context());
    BOOST_TEST(!must(opened.store.head()).closed);
    BOOST_TEST(!must(to.identity()));
    BOOST_TEST(must(to.list(everything, "")).items.empty());
    auto keys = open<bundle>();
    BOOST_TEST(bool(keys.verify(text_of(plain))));
    must(keys.revoke(plain.credential, admin));
}

BOOST_FIXTURE_TEST_CASE(of_a_hundred_thousand_keys_passes_through_little_memory, moving,
                        *boost::unit_test::enable_if<!sanitized>()) {
    const std::string path_of_many = folder.file("many.db");
    shell{path_of_many}.restore(path);
    age_credential(path_of_many, plain.credential, 100'000);
    add_credentials(path_of_many, 100'000);
    BOOST_TEST(memory_of_move(path_of_many, [&] { return must(sqlite_store::open(folder.file("to.db"))); }) < 32);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Stores that are moved from an SQLite file to a server, and back.
#include <shearline/move_store.hpp>
#include <shearline/store/postgres_store.hpp>

#include <cstddef>
#include <string>

#include "../../support/moving.hpp"
#include "../../support/postgres_place.hpp"

using namespace shearline;
using namespace support;
using namespace support::moves;

BOOST_AUTO_TEST_SUITE(a_store_moved_to_a_server, *support::if_postgres)

BOOST_FIXTURE_TEST_CASE(may_go_to_a_server_and_back, moving) {
    auto there = open_postgres(new_schema());
    const auto events = audit_of(opened.store);
    must(move_store(opened.store, there, admin));
    is_dead(opened.store, *this);
    is_in(there);
    auto back = must(sqlite_store::open(folder.file("back.db")));
    must(move_store(there, back, admin));
    is_dead(there, *this);
    auto now = audit_of(back);
    BOOST_TEST(now.size() >= events.size() + 2);
    now.erase(now.begin(), now.end() - static_cast<std::ptrdiff_t>(events.size()));
    BOOST_TEST(now == events, boost::test_tools::per_element{});
    lives_in(back);
}

BOOST_FIXTURE_TEST_CASE(is_whole_or_not_there_on_a_server_when_its_move_is_killed, moving) {
    std::string schema;
    is_killed_anywhere(
        *this, [&] { return open_postgres(schema); }, [&] { schema = new_schema(); });
}

BOOST_FIXTURE_TEST_CASE(stays_where_it_is_if_a_row_is_too_long_for_a_server, moving) {
    shell{path}.run("UPDATE credential SET tenant = hex(randomblob(4000)) WHERE name = 'edited'");
    auto to = open_postgres(new_schema());
    const auto refused = move_store(opened.store, to, admin);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().context().find("`credential`") != std::string::npos, refused.error().context());
    BOOST_TEST(!must(opened.store.head()).closed);
    BOOST_TEST(!must(to.identity()));
    auto file = must(sqlite_store::open(folder.file("to.db")));
    must(move_store(opened.store, file, admin));
}

BOOST_FIXTURE_TEST_CASE(of_a_hundred_thousand_keys_passes_through_little_memory_to_a_server, moving) {
    const std::string path_of_many = folder.file("many.db");
    shell{path_of_many}.restore(path);
    age_credential(path_of_many, plain.credential, 100'000);
    add_credentials(path_of_many, 100'000);
    const std::string schema = new_schema();
    BOOST_TEST(memory_of_move(path_of_many, [&] { return open_postgres(schema); }) < 32);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A table of lines: look-ups, wrapping at its end, and counts.
#include <shearline/verifier/line_table.hpp>

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "../support/in_child.hpp"
#include "../support/printers.hpp"
#include "lines.hpp"

using namespace shearline;
using namespace shearline::detail;
using namespace support;

BOOST_AUTO_TEST_SUITE(a_table)

BOOST_AUTO_TEST_CASE(finds_all_that_it_holds_and_nothing_else_however_full_it_is) {
    const auto table = table_of(1'031);
    for (std::uint64_t i = 1; i <= 1'000; ++i) table->insert(owner_of(i), key_of(i));
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
        const line* const found = table->find(handle{i});
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(table->details_of(*found).digest == digest_of(i));
    }
    for (std::uint64_t i = 1'001; i < 3'000; ++i) BOOST_TEST(table->find(handle{i}) == nullptr);
}

BOOST_AUTO_TEST_CASE(of_too_many_lines_is_refused) {
    const auto refused = line_table::make(std::uint64_t{1} << 33U);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().code() == errc::invalid_argument);
    BOOST_TEST(line_table::lines_for(UINT64_MAX) == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(keeps_one_line_free_and_refuses_what_does_not_fit) {
    const auto table = table_of(line_table::least_lines);
    std::uint64_t number = 0;
    while (table->insert(owner_of(number + 1), key_of(number + 1)) != nullptr) ++number;
    BOOST_TEST(number == table->size() - 1);
    BOOST_TEST(table->used() == number);
    for (std::uint64_t i = 1; i <= number; ++i) {
        const line* const found = table->find(handle{i});
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(table->details_of(*found).digest == digest_of(i));
        BOOST_TEST(found->credential() == owner_of(i).id);
    }
    BOOST_TEST(table->find(handle{number + 1}) == nullptr);
}

BOOST_AUTO_TEST_CASE(ends_every_search_though_no_line_is_free) {
    // In a child with a time limit, in case a search never ends.
    const int status = support::in_child([] {
        support::set_limit(RLIMIT_CPU, 5);
        const auto made = line_table::make(line_table::least_lines);
        if (!made) return 2;
        const line_table& table = **made;
        for (std::size_t at = 0; at < table.size(); ++at) table[at].publish(handle{at + 1}, {}, active, {});
        for (const std::uint64_t absent : {std::uint64_t{0}, std::uint64_t{table.size()} + 1, UINT64_MAX})
            if (table.find(handle{absent}) != nullptr) return 3;
        for (std::uint64_t i = 1; i <= table.size(); ++i)
            if (table.find(handle{i}) != &table[static_cast<std::size_t>(i) - 1]) return 4;
        return 0;
    });
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(follows_a_search_by_one_line_unless_it_ends_there) {
    const auto table = table_of(line_table::least_lines);
    const std::size_t last = table->size() - 1;
    std::vector<std::uint64_t> at_the_end;  // handles whose search begins at the last line
    for (std::uint64_t i = 1; at_the_end.size() < 3; ++i)
        if (table->home_of(handle{i}) == last) at_the_end.push_back(i);
    BOOST_TEST(table->follow(handle{at_the_end[0]}, last) == last);  // free
    for (const std::uint64_t i : at_the_end) table->insert(owner_of(i), key_of(i));
    BOOST_TEST(table->follow(handle{at_the_end[0]}, last) == last);
    BOOST_TEST(table->follow(handle{at_the_end[1]}, last) == 0U);
    BOOST_TEST(table->follow(handle{at_the_end[2]}, last) == 0U);
    for (const std::uint64_t i : at_the_end) {
        const line* const found = table->find(handle{i}, table->follow(handle{i}, last));
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(table->details_of(*found).digest == digest_of(i));
    }
}

BOOST_AUTO_TEST_CASE(tells_how_far_a_search_goes) {
    const auto table = table_of(line_table::least_lines);
    BOOST_TEST(table->probes_per_hit() == 0.0);
    line* const gone = table->insert(owner_of(1), key_of(1));
    BOOST_TEST(table->probes_per_hit() == 1.0);
    line_status superseded = active;
    superseded.superseded = true;
    table->set_status(*gone, superseded);
    BOOST_TEST(table->probes_per_hit() == 0.0);
    table->insert(owner_of(1), key_of(1, 2));
    BOOST_TEST(table->probes_per_hit() == 2.0);  // past the one that is gone
    // Of those that start at the last line, all but one are in the first lines.
    const auto around = table_of(line_table::least_lines);
    int lines = 0;
    for (std::uint64_t i = 1; lines < 3; ++i) {
        if (around->home_of(handle{i}) != around->size() - 1) continue;
        around->insert(owner_of(i), key_of(i));
        ++lines;
    }
    BOOST_TEST(around->probes_per_hit() == 2.0);  // (1 + 2 + 3) / 3
}

BOOST_AUTO_TEST_CASE(counts_what_was_used) {
    const auto table = table_of(20'000);
    std::size_t places[3];
    for (std::uint64_t i = 1; i <= 3; ++i) places[i - 1] = table->number_of(*table->insert(owner_of(i), key_of(i)));
    BOOST_TEST(taken([&](auto take) { table->take_uses(take); }).empty());
    table->add_uses(places[0], 2, 10);
    table->add_uses(places[2], 1, 11);
    table->add_uses(places[0], 3, 9);
    const std::set<std::pair<std::uint64_t, std::uint32_t>> expected{{1, 5}, {3, 1}};
    BOOST_TEST(taken([&](auto take) { table->take_uses(take); }) == expected);
    BOOST_TEST(taken([&](auto take) { table->take_uses(take); }).empty());
}

BOOST_AUTO_TEST_CASE(counts_what_many_threads_use) {
    const auto table = table_of(line_table::least_lines);
    const std::size_t place = table->number_of(*table->insert(owner_of(1), key_of(1)));
    constexpr std::uint32_t each = 100'000;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (std::uint32_t use = 0; use < each; ++use) table->add_uses(place, 1, 10);
        });
    for (std::thread& one : threads) one.join();
    const std::set<std::pair<std::uint64_t, std::uint32_t>> expected{{1, 3 * each}};
    BOOST_TEST(taken([&](auto take) { table->take_uses(take); }) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

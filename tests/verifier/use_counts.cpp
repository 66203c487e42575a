// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The counts of uses in a reader's own table.
#include <shearline/verifier/use_counts.hpp>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "lines.hpp"

using namespace shearline;
using namespace shearline::detail;
using namespace support;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(counts_of_a_reader)

BOOST_AUTO_TEST_CASE(add_up_with_those_of_the_table_whatever_makes_room_for_what) {
    const auto table = table_of(4'096);
    const auto counts = std::make_unique<use_counts>();
    std::vector<std::uint32_t> expected(1'001);
    for (std::uint64_t i = 1; i <= 1'000; ++i) table->insert(owner_of(i), key_of(i));
    std::uint64_t random = 1;
    for (int use = 0; use < 100'000; ++use) {
        random = random * 6'364'136'223'846'793'005U + 1;
        const std::uint64_t key = (random >> 33U) % (use % 2 == 0 ? 1'000 : 20) + 1;
        if (use == 50'000) counts->freeze();
        if (use == 50'100) counts->thaw();
        counts->note(*table, *table->find(handle{key}), handle{key}, noon);
        ++expected[static_cast<std::size_t>(key)];
    }
    std::vector<std::uint32_t> found(1'001);
    const auto take = [&](handle key, std::uint32_t uses, line_seconds) {
        found.at(static_cast<std::size_t>(key.value)) += uses;
    };
    counts->take_all(take);
    table->take_uses(take);
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(follow_their_keys_into_another_table_and_keep_those_that_have_gone) {
    const auto first = table_of(4'096);
    const auto second = table_of(8'192);
    const auto counts = std::make_unique<use_counts>();
    for (std::uint64_t i = 1; i <= 100; ++i) {
        first->insert(owner_of(i), key_of(i));
        if (i % 10 != 0) second->insert(owner_of(i), key_of(i));
        counts->note(*first, *first->find(handle{i}), handle{i}, noon);
    }
    for (std::uint64_t i = 1; i <= 99; i += 2) counts->note(*second, *second->find(handle{i}), handle{i}, noon + 1s);
    std::vector<std::uint32_t> found(101);
    const auto take = [&](handle key, std::uint32_t uses, line_seconds) {
        found.at(static_cast<std::size_t>(key.value)) += uses;
    };
    counts->take_all(take);
    second->take_uses(take);
    first->take_uses(take);
    for (std::size_t i = 1; i <= 100; ++i) BOOST_TEST(found[i] == (i % 2 == 1 ? 2U : 1U), i);
}

BOOST_AUTO_TEST_CASE(of_a_key_that_was_only_seen_go_to_its_line_of_another_table) {
    const auto first = table_of(4'096);
    const auto second = table_of(8'192);
    const auto counts = std::make_unique<use_counts>();
    std::vector<std::uint64_t> keys{1, 257, 513};  // of one set
    for (std::uint64_t i = 2; i <= 101; ++i) keys.push_back(i);
    first->insert(owner_of(1), key_of(1));
    for (const std::uint64_t i : keys) second->insert(owner_of(i), key_of(i));
    std::vector<std::uint32_t> expected(514), found(514);
    const auto use = [&](const line_table& table, std::uint64_t number) {
        counts->note(table, *table.find(handle{number}), handle{number}, noon);
        ++expected[static_cast<std::size_t>(number)];
    };
    use(*first, 1);
    use(*second, 1);
    for (const std::uint64_t i : keys) use(*second, i);  // 1 is counted in its place, and then leaves
    const auto take = [&](handle key, std::uint32_t uses, line_seconds) {
        found.at(static_cast<std::size_t>(key.value)) += uses;
    };
    counts->take_all(take);
    second->take_uses(take);
    first->take_uses(take);
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(are_all_kept_while_another_thread_freezes_and_thaws_them) {
    const auto table = table_of(line_table::least_lines);
    const auto counts = std::make_unique<use_counts>();
    const line* const known = table->insert(owner_of(1), key_of(1));
    constexpr std::uint32_t uses = 1'000'000;
    std::atomic<bool> begun{false}, done{false};
    std::thread reader{[&] {
        while (!begun) std::this_thread::yield();
        for (std::uint32_t use = 0; use < uses; ++use) counts->note(*table, *known, handle{1}, noon);
        done = true;
    }};
    begun = true;
    while (!done) {
        counts->freeze();
        counts->thaw();
    }
    reader.join();
    std::uint32_t found = 0;
    const auto take = [&](handle, std::uint32_t more, line_seconds) { found += more; };
    counts->take_all(take);
    table->take_uses(take);
    BOOST_TEST(found == uses);
}

BOOST_AUTO_TEST_CASE(of_keys_that_have_gone_make_room_for_no_others) {
    const auto first = table_of(8'192);
    const auto second = table_of(8'192);
    const auto counts = std::make_unique<use_counts>();
    constexpr std::uint64_t keys = 4'000;  // more keys than places
    for (std::uint64_t i = 1; i <= keys; ++i) first->insert(owner_of(i), key_of(i));
    for (std::uint64_t i = 1; i <= keys; i += 3) second->insert(owner_of(i), key_of(i));
    std::vector<std::uint32_t> expected(keys + 1), found(keys + 1);
    const auto use = [&](const line_table& table, std::uint64_t number) {
        const line* const known = table.find(handle{number});
        if (known == nullptr) return;
        counts->note(table, *known, handle{number}, noon);
        ++expected[static_cast<std::size_t>(number)];
    };
    for (std::uint64_t i = 1; i <= keys; ++i)  // all places are taken, and many keys leave
        for (int times = 0; times < 2; ++times) use(*first, i % 1'000 + 1);  // the second one is counted in its place
    for (int round = 0; round < 2; ++round)
        for (std::uint64_t i = 1; i <= keys; ++i) use(*second, i);
    const auto take = [&](handle key, std::uint32_t uses, line_seconds) {
        found.at(static_cast<std::size_t>(key.value)) += uses;
    };
    counts->take_all(take);
    first->take_uses(take);
    second->take_uses(take);
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

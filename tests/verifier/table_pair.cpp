// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Two tables, one of which is being built: nothing is lost, and no dead key becomes valid again.
#include <shearline/verifier/table_pair.hpp>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "../support/in_child.hpp"
#include "../support/printers.hpp"
#include "../support/sanitized.hpp"
#include "lines.hpp"

using namespace shearline;
using namespace shearline::detail;
using namespace support;

namespace {

result<void> put(table_pair& tables, std::uint64_t number, std::uint64_t digest, epochs& readers) {
    const mirrored_key key = key_of(number, digest);
    return tables.put(owner_of(number), {&key, 1}, readers);
}
result<void> put(table_pair& tables, std::uint64_t number, epochs& readers) {
    return put(tables, number, number, readers);
}
result<void> end(table_pair& tables, std::uint64_t number, epochs& readers) {
    return tables.put(owner_of(number), {}, readers);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_pair_of_tables)

BOOST_AUTO_TEST_CASE(grows_in_steps_and_loses_nothing) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    for (std::uint64_t i = 1; i <= 20'000; ++i) {
        BOOST_REQUIRE(static_cast<bool>(put(tables, i, readers)));
        if (i % 3 == 0) BOOST_REQUIRE(static_cast<bool>(end(tables, i - 1, readers)));
        if (i % 500 != 0) continue;
        for (std::uint64_t known = 1; known <= i; ++known) {
            const line* const found = tables.current().find(handle{known});
            const bool dead = known % 3 == 2 && known < i;
            if (!dead) BOOST_REQUIRE(found != nullptr);
            if (found != nullptr) BOOST_REQUIRE(found->status().is_dead() == dead);
        }
    }
    BOOST_TEST(tables.current().size() > 20'000U);
    BOOST_TEST(tables.current().probes_per_hit() < 2.0);
}

BOOST_AUTO_TEST_CASE(gives_a_key_that_was_hashed_anew_another_line) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    BOOST_REQUIRE(static_cast<bool>(put(tables, 5, 1, readers)));
    const line* const before = tables.current().find(handle{5});
    BOOST_REQUIRE(static_cast<bool>(put(tables, 5, 2, readers)));
    const line* const after = tables.current().find(handle{5});
    BOOST_REQUIRE(after != nullptr);
    BOOST_TEST(after != before);
    BOOST_TEST(tables.current().details_of(*after).digest == digest_of(2));
    BOOST_TEST(tables.current().details_of(*before).digest == digest_of(1));  // for who still reads it
}

BOOST_AUTO_TEST_CASE(does_not_bring_a_dead_key_to_life_and_takes_its_memo_along_with_a_live_one) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    BOOST_REQUIRE(static_cast<bool>(end(tables, 5, readers)));
    BOOST_TEST(tables.current().find(handle{5}) == nullptr);
    BOOST_REQUIRE(static_cast<bool>(put(tables, 6, readers)));
    tables.current().find(handle{6})->set_memo({11, 12});
    const line_table* const first = &tables.current();
    for (std::uint64_t i = 100; &tables.current() == first; ++i)
        BOOST_REQUIRE(static_cast<bool>(put(tables, i, readers)));
    BOOST_TEST(tables.current().find(handle{6})->memo() == (line::memo_words{11, 12}));
}

BOOST_AUTO_TEST_CASE(takes_a_key_for_dead_that_was_not_read_of_its_credential) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    mirrored_credential owner = owner_of(1);
    const auto only_these_are_alive = [&](const std::vector<std::uint64_t>& numbers) {
        for (std::uint64_t number = 11; number <= 15; ++number) {
            const line* const known = tables.current().find(handle{number});
            const bool alive = known != nullptr && !known->status().is_dead();
            BOOST_TEST(alive == (std::find(numbers.begin(), numbers.end(), number) != numbers.end()), number);
        }
    };
    const auto reads = [&](const std::vector<std::uint64_t>& numbers) {
        std::vector<mirrored_key> keys;
        for (const std::uint64_t number : numbers) keys.push_back(key_of(number));
        ++owner.version;
        BOOST_REQUIRE(static_cast<bool>(tables.put(owner, keys, readers)));
        only_these_are_alive(numbers);
    };
    BOOST_REQUIRE(static_cast<bool>(put(tables, 2, readers)));
    reads({11, 12, 13});
    reads({13, 11});
    reads({13});
    reads({});
    reads({});
    reads({11});  // no store of ours does that; and then it dies once more
    reads({});
    reads({14});
    reads({15, 14});
    BOOST_TEST(!tables.current().find(handle{2})->status().is_dead());  // of another credential
    // The same while the table is rebuilt: in the old one and in the new one.
    const line_table* const before = &tables.current();
    std::uint64_t next = 100;
    for (; !tables.current().is_full(); ++next) BOOST_REQUIRE(static_cast<bool>(put(tables, next, readers)));
    BOOST_REQUIRE(static_cast<bool>(put(tables, next, readers)));  // the rebuilding begins
    reads({15, 14});
    reads({14});
    BOOST_TEST(&tables.current() == before);
    for (; &tables.current() == before; ++next) BOOST_REQUIRE(static_cast<bool>(put(tables, next, readers)));
    only_these_are_alive({14});
    reads({14});
    reads({});
}

BOOST_AUTO_TEST_CASE(grants_nothing_of_a_credential_that_was_read_in_an_earlier_version) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    const auto reads = [&](std::uint32_t version, const std::vector<std::uint64_t>& numbers) {
        std::vector<mirrored_key> keys;
        for (const std::uint64_t number : numbers) keys.push_back(key_of(number));
        BOOST_REQUIRE(static_cast<bool>(tables.put({owner_of(1).id, 0, version}, keys, readers)));
    };
    const auto is_alive = [&](std::uint64_t number) {
        const line* const known = tables.current().find(handle{number});
        return known != nullptr && !known->status().is_dead();
    };
    reads(UINT32_MAX - 1, {11});
    BOOST_TEST(is_alive(11));
    reads(UINT32_MAX - 2, {11, 12});  // no store shows that, unless it was edited
    BOOST_TEST(!is_alive(11));
    BOOST_TEST(!is_alive(12));
    reads(1, {12});  // past the end of the 32 bits: later
    BOOST_TEST(!is_alive(11));
    BOOST_TEST(is_alive(12));
    reads(2, {});
    reads(1, {12});  // of a credential that has no live key any more
    BOOST_TEST(!is_alive(11));
    BOOST_TEST(!is_alive(12));
    reads(3, {13});
    BOOST_TEST(is_alive(13));
}

BOOST_AUTO_TEST_CASE(takes_no_more_memory_however_many_keys_came_and_went) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    for (std::uint64_t i = 1; i <= 200'000; ++i) {
        BOOST_REQUIRE(static_cast<bool>(put(tables, i, readers)));
        if (i > 100) BOOST_REQUIRE(static_cast<bool>(end(tables, i - 100, readers)));
        BOOST_REQUIRE(tables.current().size() <= 2 * line_table::least_lines);
    }
}

BOOST_AUTO_TEST_CASE(loses_no_count_of_a_table_that_was_replaced) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    BOOST_REQUIRE(static_cast<bool>(put(tables, 1, readers)));
    epochs::slot& place = readers.join();
    const std::uint64_t entered = place.enter();
    const line_table& old = tables.current();
    const std::size_t there = old.number_of(*old.find(handle{1}));
    const auto replace = [&] {
        const line_table* const before = &tables.current();
        for (std::uint64_t i = before->size(); &tables.current() == before; ++i)
            BOOST_REQUIRE(static_cast<bool>(put(tables, i, readers)));
    };
    replace();
    const auto take = [&] { return taken([&](auto each) { tables.take_counts(each); }); };
    using counts = std::set<std::pair<std::uint64_t, std::uint32_t>>;
    old.add_uses(there, 2, 10);
    BOOST_TEST(take() == (counts{{1, 2}}));  // out of the old table, which a reader may be using
    old.add_uses(there, 3, 11);
    replace();  // and another one, while the reader is still there
    place.leave(entered);
    tables.rebuild_some(0, readers);  // now it can go
    BOOST_TEST(take() == (counts{{1, 3}}));
    BOOST_TEST(take().empty());
}

BOOST_AUTO_TEST_CASE(is_what_it_was_where_there_is_no_memory_for_a_greater_one,
                     *boost::unit_test::enable_if<!sanitized>()) {
    const int status = support::in_child([] {
        epochs readers;
        table_pair tables;
        auto first = line_table::make(200'000);
        if (!first) return 2;
        tables.start_with(*std::move(first));
        if (!support::set_limit(RLIMIT_AS, 1)) return 3;  // no more address space
        std::uint64_t i = 0;
        result<void> done;
        while (done && i < 200'000) {
            ++i;
            done = put(tables, i, readers);
        }
        bool good = !done && done.error().code() == errc::unavailable && i > 100'000;
        for (std::uint64_t known = 1; known < i; ++known)
            good = good && tables.current().find(handle{known}) != nullptr;
        good = good && tables.current().find(handle{i}) == nullptr;
        return good ? 0 : 1;
    });
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()

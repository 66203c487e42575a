// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Lines, tables and what is freed when.
#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/verifier/lease.hpp>
#include <shearline/verifier/table_pair.hpp>
#include <shearline/verifier/use_counts.hpp>

#include "../support/in_child.hpp"
#include "../support/printers.hpp"

using namespace shearline;
using namespace shearline::detail;

namespace {

// A sanitizer needs address space of its own, without limit.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

line_digest digest_of(std::uint64_t number) { return {number}; }
using namespace std::chrono_literals;
constexpr timestamp noon{line_epoch + 12h};
constexpr line_status active{.state = key_state::active, .pepper = 3};
constexpr line_status revoked{.state = key_state::revoked, .pepper = 3};

/// Each key has a credential of its own.
mirrored_credential owner_of(std::uint64_t number) {
    credential_id::bytes_type bytes{};
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return {credential_id::from_random(bytes), 0, 1};
}
mirrored_key key_of(std::uint64_t number, std::uint64_t digest) {
    return {handle{number}, digest_of(digest), active, {never, 7}};
}
mirrored_key key_of(std::uint64_t number) { return key_of(number, number); }

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

std::unique_ptr<line_table> table_of(std::uint64_t lines) {
    auto made = line_table::make(lines);
    BOOST_REQUIRE(static_cast<bool>(made));
    return *std::move(made);
}

template <typename Take>
std::set<std::pair<std::uint64_t, std::uint32_t>> taken(Take take) {
    std::set<std::pair<std::uint64_t, std::uint32_t>> all;
    take([&](handle key, std::uint32_t uses, line_seconds) { all.emplace(key.value, uses); });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_line)

BOOST_AUTO_TEST_CASE(keeps_its_words) {
    for (const line_status& one :
         {active, revoked, line_status{key_state::retiring, true, false, true, line_status::max_pepper},
          line_status{key_state::pending, false, true, false, 1}}) {
        const line_status back = line_status::from_word(one.to_word());
        BOOST_TEST((back.state == one.state && back.suspended == one.suspended && back.waits == one.waits));
        BOOST_TEST((back.superseded == one.superseded && back.pepper == one.pepper));
    }
    const line_owner owner{7, 0xfedcba98U};
    BOOST_TEST((line_owner::from_word(owner.to_word()).ends == 7 &&
                line_owner::from_word(owner.to_word()).profile == 0xfedcba98U));
}

BOOST_AUTO_TEST_CASE(counts_seconds_from_2020_and_stays_within_its_bits) {
    BOOST_TEST(to_line_seconds(line_epoch) == 0U);
    BOOST_TEST(to_line_seconds(line_epoch - std::chrono::hours{1}) == 0U);
    BOOST_TEST(to_line_seconds(line_epoch + std::chrono::milliseconds{1'999}) == 1U);
    BOOST_TEST(to_line_seconds(timestamp::max()) == never - 1);
    BOOST_TEST(to_line_seconds(timestamp::min()) == 0U);
    BOOST_TEST(from_line_seconds(0) == line_epoch);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_table)

BOOST_AUTO_TEST_CASE(finds_all_that_it_holds_and_nothing_else_however_full_it_is) {
    const auto table = table_of(1'031);
    for (std::uint64_t i = 1; i <= 1'000; ++i) table->insert(owner_of(i), key_of(i));
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
        const line* const found = table->find(handle{i});
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(found->digest() == digest_of(i));
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
        BOOST_TEST(found->digest() == digest_of(i));
        BOOST_TEST(table->details_of(*found).credential == owner_of(i).id);
    }
    BOOST_TEST(table->find(handle{number + 1}) == nullptr);
}

BOOST_AUTO_TEST_CASE(ends_every_search_though_no_line_is_free) {
    // In a child: where a search never ends, its time does.
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
    // Of those that begin in the last line, all but one lie in the first lines.
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
    BOOST_TEST((taken([&](auto take) { table->take_uses(take); }) ==
                std::set<std::pair<std::uint64_t, std::uint32_t>>{{1, 3 * each}}));
}

BOOST_AUTO_TEST_SUITE_END()

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
    BOOST_TEST((after != before && after->digest() == digest_of(2)));
    BOOST_TEST(before->digest() == digest_of(1));  // for who still reads it
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
    BOOST_TEST((tables.current().find(handle{6})->memo() == line::memo_words{11, 12}));
}

BOOST_AUTO_TEST_CASE(takes_a_key_for_dead_that_was_not_read_of_its_credential) {
    epochs readers;
    table_pair tables;
    tables.start_with(table_of(line_table::least_lines));
    mirrored_credential owner = owner_of(1);
    const auto reads = [&](const std::vector<std::uint64_t>& numbers) {
        std::vector<mirrored_key> keys;
        for (const std::uint64_t number : numbers) keys.push_back(key_of(number));
        ++owner.version;
        BOOST_REQUIRE(static_cast<bool>(tables.put(owner, keys, readers)));
        for (std::uint64_t number = 11; number <= 15; ++number) {
            const line* const known = tables.current().find(handle{number});
            const bool alive = known != nullptr && !known->status().is_dead();
            BOOST_TEST(alive == (std::find(numbers.begin(), numbers.end(), number) != numbers.end()), number);
        }
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
    // And while the table is rebuilt: in the old one and in the new one.
    const line_table* const before = &tables.current();
    std::uint64_t next = 100;
    for (; !tables.current().is_full(); ++next) BOOST_REQUIRE(static_cast<bool>(put(tables, next, readers)));
    BOOST_REQUIRE(static_cast<bool>(put(tables, next, readers)));  // the rebuilding begins
    reads({14});
    BOOST_TEST(&tables.current() == before);
    for (; &tables.current() == before; ++next) BOOST_REQUIRE(static_cast<bool>(put(tables, next, readers)));
    reads({14});
    reads({});
}

BOOST_AUTO_TEST_CASE(keeps_what_a_later_reading_said_whatever_an_earlier_one_says) {
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
    reads(UINT32_MAX - 2, {12});
    BOOST_TEST((is_alive(11) && !is_alive(12)));
    reads(1, {12});  // past the end of the 32 bits: later
    BOOST_TEST((!is_alive(11) && is_alive(12)));
    reads(2, {});
    reads(1, {12});  // of a credential that has no live key any more
    BOOST_TEST((!is_alive(11) && !is_alive(12)));
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
    BOOST_TEST((take() == counts{{1, 2}}));  // out of the old table, which a reader may be using
    old.add_uses(there, 3, 11);
    replace();  // and another one, while the reader is still there
    place.leave(entered);
    tables.rebuild_some(0, readers);  // now it can go
    BOOST_TEST((take() == counts{{1, 3}}));
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

BOOST_AUTO_TEST_SUITE(what_was_replaced)

BOOST_AUTO_TEST_CASE(is_kept_while_anybody_may_use_it) {
    epochs readers;
    epochs::slot& one = readers.join();
    epochs::slot& other = readers.join();
    const auto in_one = one.enter();
    const epochs::moment since = readers.mark();
    BOOST_TEST(!readers.passed(since));
    auto in_other = other.enter();  // later: it cannot have what was replaced before
    BOOST_TEST(!readers.passed(since));
    one.leave(in_one);
    BOOST_TEST(readers.passed(since));
    const epochs::moment again = readers.mark();
    BOOST_TEST(!readers.passed(again));
    other.leave(in_other);
    in_other = other.enter();
    BOOST_TEST(readers.passed(again));
    other.leave(in_other);
    BOOST_TEST(readers.passed(readers.mark()));
    readers.quit(one);
    BOOST_TEST(&readers.join() == &one);
}

BOOST_AUTO_TEST_SUITE_END()

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
    constexpr std::uint64_t keys = 4'000;  // more than there are places: each place is wanted by some
    for (std::uint64_t i = 1; i <= keys; ++i) first->insert(owner_of(i), key_of(i));
    for (std::uint64_t i = 1; i <= keys; i += 3) second->insert(owner_of(i), key_of(i));
    std::vector<std::uint32_t> expected(keys + 1), found(keys + 1);
    const auto use = [&](const line_table& table, std::uint64_t number) {
        const line* const known = table.find(handle{number});
        if (known == nullptr) return;
        counts->note(table, *known, handle{number}, noon);
        ++expected[static_cast<std::size_t>(number)];
    };
    for (std::uint64_t i = 1; i <= keys; ++i) use(*first, i % 300 + 1);  // some places are taken once, others twice
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

BOOST_AUTO_TEST_SUITE(a_fork)

BOOST_AUTO_TEST_CASE(ends_a_lease_in_a_child) {
    auto made = lease::make(1h);
    BOOST_REQUIRE(static_cast<bool>(made));
    lease trust = *std::move(made);
    const auto now = lease_clock::now();
    BOOST_TEST(!trust.holds(now));
    trust.renew(now);
    BOOST_TEST((trust.holds(now) && trust.holds(now + 59min) && !trust.holds(now + 1h)));
    BOOST_TEST(support::in_child([&] { return !trust.is_ours() && !trust.holds(now) ? 0 : 1; }) == 0);
    BOOST_TEST((trust.is_ours() && trust.holds(now)));
}

BOOST_AUTO_TEST_SUITE_END()

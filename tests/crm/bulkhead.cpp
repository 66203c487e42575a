// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <bulkhead.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace {

using namespace std::chrono_literals;
using crm::bulkhead;
using steady = std::chrono::steady_clock;

}  // namespace

BOOST_AUTO_TEST_SUITE(threaded)
BOOST_AUTO_TEST_SUITE(a_bulkhead)

BOOST_AUTO_TEST_CASE(gives_as_many_places_as_it_has) {
    bulkhead of{2, 1ms};
    auto first = of.enter();
    const auto second = of.enter();
    BOOST_REQUIRE((first && second));
    BOOST_TEST(!of.enter());
    first.reset();
    auto third = of.enter();
    BOOST_REQUIRE(third);
    const bulkhead::place moved = *std::move(third);
    third.reset();  // what was moved from gives nothing back
    BOOST_TEST(!of.enter());
}

BOOST_AUTO_TEST_CASE(lets_wait_who_comes_when_all_is_taken_and_moves) {
    bulkhead of{1, 500ms};
    std::atomic<int> served{0};
    std::vector<std::thread> many;
    for (int i = 0; i < 8; ++i)
        many.emplace_back([&] {
            for (int k = 0; k < 20; ++k)
                if (const auto place = of.enter()) {
                    std::this_thread::sleep_for(50us);
                    ++served;
                }
        });
    for (std::thread& each : many) each.join();
    BOOST_TEST(served == 160);
}

BOOST_AUTO_TEST_CASE(turns_away_at_once_where_nothing_has_moved_for_its_patience) {
    bulkhead of{1, 200ms};
    const auto stuck = of.enter();
    const auto began = steady::now();
    BOOST_TEST(!of.enter());
    const auto waited = steady::now() - began;
    BOOST_TEST((waited > 150ms));
    // Later callers do not wait: if each waited like the first, this would take 20 s.
    for (int i = 0; i < 100; ++i) BOOST_TEST(!of.enter());
    BOOST_TEST((steady::now() - began < 10s));
}

BOOST_AUTO_TEST_CASE(keeps_nobody_longer_than_its_longest_wait_however_patient) {
    bulkhead of{1, 1h};
    const auto stuck = of.enter();
    BOOST_TEST(!of.enter());  // after a second, not an hour
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The checker of histories, with hand-written histories. tests/revocation checks real ones.
#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/revocation_history.hpp>

using namespace shearline::testing;
using namespace std::chrono_literals;

namespace {

history_event verified(std::uint64_t key, std::int64_t began, bool granted) {
    return {.key = key, .began_ns = began, .ended_ns = began + 5, .narrows = false, .yes = granted};
}
history_event revoked(std::uint64_t key, std::int64_t began, std::int64_t ended, bool acknowledged = true) {
    return {.key = key, .began_ns = began, .ended_ns = ended, .narrows = true, .yes = acknowledged};
}

bool is_good(std::initializer_list<history_event> events, std::chrono::nanoseconds staleness = {}) {
    revocation_history all;
    all.add({events.begin(), events.size()});
    return static_cast<bool>(all.judge(staleness));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_history)

BOOST_AUTO_TEST_CASE(is_judged_by_when_a_verification_began) {
    BOOST_TEST(is_good({verified(1, 10, true), revoked(1, 20, 30), verified(1, 31, false)}));
    BOOST_TEST(is_good({revoked(1, 20, 30), verified(1, 29, true)}));  // they overlap
    BOOST_TEST(!is_good({revoked(1, 20, 30), verified(1, 31, true)}));
    BOOST_TEST(is_good({revoked(1, 20, 30), verified(2, 31, true)}));                       // another key
    BOOST_TEST(is_good({revoked(1, 20, 30, false), verified(1, 31, true)}));                // it was not acknowledged
    BOOST_TEST(!is_good({revoked(1, 20, 90), revoked(1, 20, 30), verified(1, 31, true)}));  // the first counts
    BOOST_TEST(!is_good({revoked(1, 20, 30)}));  // nobody verified: nothing was shown
}

BOOST_AUTO_TEST_CASE(holds_a_cache_to_the_staleness_that_it_states) {
    BOOST_TEST(is_good({revoked(1, 20, 30), verified(1, 130, true)}, 100ns));
    BOOST_TEST(!is_good({revoked(1, 20, 30), verified(1, 131, true)}, 100ns));
}

BOOST_AUTO_TEST_CASE(notes_what_a_call_gave_and_when) {
    history_recorder mine;
    BOOST_TEST(mine.verify(7, [] { return true; }));
    BOOST_TEST(!mine.narrow(7, [] { return false; }));
    BOOST_REQUIRE(mine.events().size() == 2U);
    BOOST_TEST(mine.events()[0].yes);
    BOOST_TEST(mine.events()[1].narrows);
    BOOST_TEST(mine.events()[0].ended_ns <= mine.events()[1].began_ns);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A lease, and its end in a child.
#include <shearline/verifier/lease.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <utility>

#include "../support/in_child.hpp"

using namespace shearline;
using namespace shearline::detail;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(a_fork)

BOOST_AUTO_TEST_CASE(ends_a_lease_in_a_child) {
    auto made = lease::make(1h);
    BOOST_REQUIRE(static_cast<bool>(made));
    lease trust = *std::move(made);
    const auto now = lease_clock::now();
    BOOST_TEST(!trust.holds(now));
    trust.renew({now, 1});
    BOOST_TEST(trust.holds(now));
    BOOST_TEST(trust.holds(now + 59min));
    BOOST_TEST(!trust.holds(now + 1h));
    BOOST_TEST(support::in_child([&] { return !trust.is_ours() && !trust.holds(now) ? 0 : 1; }) == 0);
    BOOST_TEST(trust.is_ours());
    BOOST_TEST(trust.holds(now));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_lease)

BOOST_AUTO_TEST_CASE(knows_whether_a_later_question_was_answered) {
    auto made = lease::make(1h);
    BOOST_REQUIRE(static_cast<bool>(made));
    lease trust = *std::move(made);
    BOOST_TEST(trust.asked() == 0U);
    const auto first = trust.ask();
    const std::uint64_t meanwhile = trust.asked();
    trust.renew(first);
    BOOST_TEST(!trust.was_answered_after(meanwhile));  // it was asked before
    const auto second = trust.ask();
    BOOST_TEST(!trust.was_answered_after(meanwhile));  // there is no answer yet
    trust.renew(second);
    BOOST_TEST(trust.was_answered_after(meanwhile));
    BOOST_TEST(!trust.was_answered_after(trust.asked()));
    trust.end();
    BOOST_TEST(!trust.was_answered_after(meanwhile));
}

BOOST_AUTO_TEST_CASE(forgets_in_a_child_that_a_question_was_answered) {
    auto made = lease::make(1h);
    BOOST_REQUIRE(static_cast<bool>(made));
    lease trust = *std::move(made);
    const std::uint64_t before = trust.asked();
    trust.renew(trust.ask());
    BOOST_TEST(trust.was_answered_after(before));
    BOOST_TEST(support::in_child([&] { return trust.was_answered_after(before) ? 1 : 0; }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A lease: when it ends, what it knows of questions, and its end in a child.
#include <shearline/verifier/lease.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <thread>

#include "../support/in_child.hpp"
#include "../support/must.hpp"

using namespace shearline::detail;
using namespace std::chrono_literals;
using support::must;

namespace {

/// Stands still until a test moves it.
struct standing_clock {
    static inline std::chrono::nanoseconds at{5h};
    static std::chrono::nanoseconds now() noexcept { return at; }
};
using lease_type = lease<standing_clock>;

}  // namespace

BOOST_AUTO_TEST_SUITE(a_fork)

BOOST_AUTO_TEST_CASE(ends_a_lease_in_a_child) {
    lease_type trust = must(lease_type::make(1h));
    BOOST_TEST(!trust.holds());
    trust.renew(trust.ask());
    BOOST_TEST(trust.holds());
    BOOST_TEST(support::in_child([&] { return !trust.is_ours() && !trust.holds() ? 0 : 1; }) == 0);
    BOOST_TEST(trust.is_ours());
    BOOST_TEST(trust.holds());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_lease)

BOOST_AUTO_TEST_CASE(ends_so_long_after_its_question_to_the_nanosecond) {
    lease_type trust = must(lease_type::make(1h));
    const auto asked = trust.ask();
    BOOST_TEST((asked.at == standing_clock::at));
    standing_clock::at += 30min;  // the answer takes its time
    trust.renew(asked);
    standing_clock::at += 30min - 1ns;
    BOOST_TEST(trust.holds());
    standing_clock::at += 1ns;
    BOOST_TEST(!trust.holds());
}

BOOST_AUTO_TEST_CASE(reads_a_clock_that_goes_as_others_do) {
    for (const auto now : {&exact_clock::now, &tick_clock::now}) {
        const auto first = now();
        BOOST_TEST((first > 1s));  // this machine was not started just now
        std::this_thread::sleep_for(1'100ms);
        const auto passed = now() - first;
        BOOST_TEST((passed > 500ms));  // ticks may be late
        BOOST_TEST((passed < 1min));
    }
}

BOOST_AUTO_TEST_CASE(knows_whether_a_later_question_was_answered) {
    lease_type trust = must(lease_type::make(1h));
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
    lease_type trust = must(lease_type::make(1h));
    const std::uint64_t before = trust.asked();
    trust.renew(trust.ask());
    BOOST_TEST(trust.was_answered_after(before));
    BOOST_TEST(support::in_child([&] { return trust.was_answered_after(before) ? 1 : 0; }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

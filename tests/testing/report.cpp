// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <shearline/testing/report.hpp>

using shearline::testing::report;

BOOST_AUTO_TEST_SUITE(a_report)

BOOST_AUTO_TEST_CASE(that_checked_nothing_is_not_good) {
    report nothing;
    BOOST_TEST(!nothing);
    nothing.control(true, "caught");
    BOOST_TEST(!nothing);
    nothing.check(true, "this holds");
    BOOST_TEST(static_cast<bool>(nothing));
}

BOOST_AUTO_TEST_CASE(is_bad_for_one_failure_and_says_which) {
    report seen;
    seen.check(true, "this holds");
    seen.check(false, "that holds", "at 7");
    BOOST_TEST(!seen);
    BOOST_TEST(seen.failures().at(0) == "that holds: at 7");
    BOOST_TEST(seen.message() == "that holds: at 7\n2 checks, 0 negative controls, 1 failed");
}

BOOST_AUTO_TEST_CASE(says_how_a_case_is_run_alone_and_which_are_wanted) {
    report seen{"suite<T>(", "at 7"};
    BOOST_TEST(seen.wants("at 7"));
    BOOST_TEST(seen.wants("at 77"));
    BOOST_TEST(seen.wants("at"));  // it may come to it
    BOOST_TEST(!seen.wants("at 8"));
    seen.check(false, "that holds", "at 7");
    seen.check(false, "this holds");
    seen.control(false, "one that does not");
    BOOST_TEST(seen.failures().at(0) == "that holds: at 7; to run it alone: suite<T>(\"at 7\")");
    BOOST_TEST(seen.failures().at(1) == "this holds");
    BOOST_TEST(seen.failures().at(2) == "a planted fault was not caught: one that does not");
    BOOST_TEST(report{}.wants("anything"));
}

BOOST_AUTO_TEST_CASE(is_bad_for_a_control_that_was_not_caught) {
    report seen;
    seen.check(true, "this holds");
    seen.control(false, "a parser that takes anything");
    BOOST_TEST(!seen);
    BOOST_TEST(seen.failures().at(0) == "a planted fault was not caught: a parser that takes anything");
}

BOOST_AUTO_TEST_CASE(keeps_the_words_of_the_first_failures_and_counts_all) {
    report seen;
    for (int i = 0; i < 1'000; ++i) seen.check(false, "this holds");
    BOOST_TEST(seen.failures().size() == 20U);
    report sum;
    sum.add(seen, "part");
    sum.add(seen);
    BOOST_TEST(sum.failed() == 2'000U);
    BOOST_TEST(sum.checks() == 2'000U);
    BOOST_TEST(sum.failures().at(0) == "this holds: part");
}

BOOST_AUTO_TEST_SUITE_END()

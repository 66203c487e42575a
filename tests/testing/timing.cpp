// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The statistics, on numbers written by hand: never on a clock.
#include <random>

#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/timing.hpp>

using namespace shearline::testing;

namespace {

/// So many times of two normal classes, the second `later` than the first, with an interrupt now and then.
timing_result outcome_of(double later, int count) {
    std::mt19937_64 random{7};
    std::normal_distribution<double> noise{100, 5};
    timing_test test;
    for (int i = 0; i < count; ++i) {
        const bool second = random() % 2 != 0;
        test.add(second, noise(random) + (second ? later : 0) + (random() % 50 == 0 ? 10'000 : 0));
    }
    return test.outcome();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(timing)

BOOST_AUTO_TEST_CASE(knows_mean_variance_and_t_of_samples_computed_by_hand) {
    running_moments a;
    running_moments b;
    for (const double x : {1.0, 2.0, 3.0, 4.0}) a.add(x);
    for (const double x : {2.0, 4.0, 6.0}) b.add(x);
    BOOST_TEST(a.mean() == 2.5, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(a.variance() == 5.0 / 3, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(b.variance() == 4.0, boost::test_tools::tolerance(1e-12));
    // (2.5 - 4) / sqrt(5/12 + 4/3)
    BOOST_TEST(welch_t(a, b) == -1.1338934190276817, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(welch_t(a, running_moments{}) == 0.0);
}

BOOST_AUTO_TEST_CASE(gives_a_verdict_by_the_size_of_t_and_the_number_of_measurements) {
    BOOST_TEST((timing_verdict_of(10.1, 100) == timing_verdict::leak));
    BOOST_TEST((timing_verdict_of(-10.1, 100) == timing_verdict::leak));
    BOOST_TEST((timing_verdict_of(4.6, 1'000'000) == timing_verdict::inconclusive));
    BOOST_TEST((timing_verdict_of(-4.4, 1'000'000) == timing_verdict::no_evidence));
    BOOST_TEST((timing_verdict_of(0, 9'999) == timing_verdict::inconclusive));
}

BOOST_AUTO_TEST_CASE(finds_a_small_difference_under_interrupts_and_none_where_there_is_none) {
    BOOST_TEST((outcome_of(1, 200'000).verdict == timing_verdict::leak));
    BOOST_TEST((outcome_of(0, 200'000).verdict == timing_verdict::no_evidence));
    BOOST_TEST(outcome_of(0, 200'000).measurements == 200'000U);
    BOOST_TEST((outcome_of(0, 1'000).verdict == timing_verdict::inconclusive));
}

BOOST_AUTO_TEST_SUITE_END()

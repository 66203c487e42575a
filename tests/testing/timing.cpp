// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The statistics, with hand-written numbers; without a clock.
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/timing_policies.hpp>

namespace shearline::inline v0_1::testing {
static std::ostream& operator<<(std::ostream& out, timing_verdict verdict) { return out << to_string(verdict); }
}  // namespace shearline::inline v0_1::testing

using namespace shearline::testing;

namespace {

/// Simulated times of two normally distributed classes, the second slower by `later`, with occasional interrupts.
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

constexpr timing_result none{1.23, 2'000'000, timing_verdict::no_evidence};
constexpr timing_result unclear{7, 2'000'000, timing_verdict::inconclusive};
constexpr timing_result leaky{-99.5, 2'000'000, timing_verdict::leak};

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
    BOOST_TEST(welch_t(b, a) == 1.1338934190276817, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(welch_t(a, running_moments{}) == 0.0);
}

BOOST_AUTO_TEST_CASE(takes_two_classes_that_never_vary_and_differ_for_a_leak) {
    timing_test apart;
    timing_test alike;
    for (int i = 0; i < 20'000; ++i) {
        apart.add(i % 2 != 0, i % 2 != 0 ? 200 : 100);
        alike.add(i % 2 != 0, 100);
    }
    BOOST_TEST(apart.outcome().t == -HUGE_VAL);
    BOOST_TEST(apart.outcome().verdict == timing_verdict::leak);
    BOOST_TEST(alike.outcome().t == 0.0);
    BOOST_TEST(alike.outcome().verdict == timing_verdict::no_evidence);
}

BOOST_AUTO_TEST_CASE(crops_at_percentiles_of_the_first_times) {
    std::vector<double> first;
    for (int i = 0; i < 2'000; ++i) first.push_back(1 + i * 7 % 2'000);  // 1 to 2000, in another order
    const std::array<double, 5> expected{1'001, 1'501, 1'801, 1'961, HUGE_VAL};
    BOOST_TEST(timing_crops(first) == expected, boost::test_tools::per_element());
    BOOST_TEST(timing_crops({}).front() == HUGE_VAL);
}

// The expected t was computed with exact fractions in Python from the same numbers: -7.60, -4.29, -4.18, -7.57 and,
// uncropped, -0.89.
BOOST_AUTO_TEST_CASE(gives_the_greatest_t_of_all_crops_as_computed_by_other_means) {
    timing_test test;
    for (std::uint64_t i = 0; i < 12'000; ++i) {
        const bool second = (i * 2'654'435'761U % 0x1'0000'0000U) >> 31U != 0;
        test.add(second, static_cast<double>(100 + i * 7'919 % 1'009 + (second ? 40 : 0) + (i % 97 == 0 ? 50'000 : 0)));
    }
    const timing_result seen = test.outcome();
    BOOST_TEST(seen.t == -7.599351572514684, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(seen.measurements == 12'000U);
    BOOST_TEST(seen.verdict == timing_verdict::inconclusive);
}

BOOST_AUTO_TEST_CASE(finds_a_difference_that_only_the_longest_times_have) {
    timing_test test;
    for (int i = 0; i < 100'000; ++i) test.add(i % 2 != 0, 100 + i / 2 % 7 + (i % 200 == 1 ? 1'000 : 0));
    BOOST_TEST(test.outcome().verdict == timing_verdict::leak);
}

BOOST_AUTO_TEST_CASE(makes_nothing_of_a_crop_that_few_of_a_class_get_into) {
    timing_test test;
    // Below the median there are 99 values of the second class, all equal, and so "infinitely" far from the first.
    for (int i = 0; i < 2'000; ++i) test.add(i >= 1'000, i < 1'000 ? 10 : (i < 1'099 ? 5 : 11));
    BOOST_TEST(std::isfinite(test.outcome().t));
}

BOOST_AUTO_TEST_CASE(gives_a_verdict_by_the_size_of_t_and_the_number_of_measurements) {
    BOOST_TEST(timing_verdict_of(10.1, 100) == timing_verdict::leak);
    BOOST_TEST(timing_verdict_of(-10.1, 100) == timing_verdict::leak);
    BOOST_TEST(timing_verdict_of(10, 1'000'000) == timing_verdict::inconclusive);
    BOOST_TEST(timing_verdict_of(-4.5, 1'000'000) == timing_verdict::inconclusive);
    BOOST_TEST(timing_verdict_of(-4.4, 1'000'000) == timing_verdict::no_evidence);
    BOOST_TEST(timing_verdict_of(0, 10'000) == timing_verdict::no_evidence);
    BOOST_TEST(timing_verdict_of(std::nan(""), 1'000'000) == timing_verdict::inconclusive);
    BOOST_TEST(timing_verdict_of(0, 9'999) == timing_verdict::inconclusive);
}

BOOST_AUTO_TEST_CASE(finds_a_small_difference_under_interrupts_and_none_where_there_is_none) {
    BOOST_TEST(outcome_of(1, 200'000).verdict == timing_verdict::leak);
    BOOST_TEST(outcome_of(0, 200'000).verdict == timing_verdict::no_evidence);
    BOOST_TEST(outcome_of(0, 200'000).measurements == 200'000U);
    BOOST_TEST(outcome_of(0, 1'000).verdict == timing_verdict::inconclusive);
}

BOOST_AUTO_TEST_CASE(tells_a_function_in_one_line_of_a_fixed_form) {
    BOOST_TEST(timing_line("a comparison", none, true) ==
               "timing a comparison: no evidence (t = 1.23, 2000000 measurements)");
    BOOST_TEST(timing_line("a comparison", unclear, true) ==
               "timing a comparison: inconclusive (t = 7.00, 2000000 measurements)");
    BOOST_TEST(timing_line("a comparison", leaky, true) ==
               "timing a comparison: leak (t = -99.50, 2000000 measurements)");
    for (const timing_result& seen : {none, leaky})
        BOOST_TEST(timing_line("a comparison", seen, false).find(": inconclusive: controls failed (") !=
                   std::string::npos);
}

BOOST_AUTO_TEST_CASE(believes_nothing_where_a_control_failed) {
    BOOST_TEST((timing_controls{none, leaky}.hold()));
    BOOST_TEST((timing_controls{unclear, leaky}.hold()));
    BOOST_TEST((!timing_controls{leaky, leaky}.hold()));
    BOOST_TEST((!timing_controls{none, none}.hold()));
    BOOST_TEST((!timing_controls{none, unclear}.hold()));

    const auto ends_with = [](const timing_controls& controls, const timing_result& seen) {
        timing_suite suite{std::chrono::milliseconds{1}, controls};
        suite.take("a function", seen);
        suite.take("another", none);
        return suite.finish();
    };
    BOOST_TEST(ends_with({none, leaky}, none) == 0);
    BOOST_TEST(ends_with({none, leaky}, unclear) == 0);
    BOOST_TEST(ends_with({none, leaky}, leaky) == 1);
    BOOST_TEST(ends_with({none, none}, none) == 77);
    BOOST_TEST(ends_with({leaky, leaky}, leaky) == 77);
}

BOOST_AUTO_TEST_CASE(makes_classes_of_inputs_that_are_what_their_names_say) {
    for (int i = 0; i < 100; ++i) {
        const auto equal = equal_or_random<43>(false);
        const auto random = equal_or_random<43>(true);
        BOOST_TEST(equal.a == equal.b);
        BOOST_TEST(random.a != random.b);
        for (const bool last : {false, true}) {
            const auto made = first_or_last<43>(last);
            for (std::size_t at = 0; at < 43; ++at) BOOST_TEST((made.a[at] != made.b[at]) == (at == (last ? 42U : 0U)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

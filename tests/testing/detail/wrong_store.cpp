// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The planted faults: a short sequence of calls finds each, and the report says what was wrong and how to repeat it.
#include <shearline/testing/detail/wrong_store.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <shearline/testing/store_conformance.hpp>

#include "../../support/sanitized.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using namespace shearline::testing::detail;

constexpr store_conformance_options some{.sequences = 3, .threads = 1};

auto place_of(const store_fault& fault) {
    return [&fault] { return wrong_place{fault}; };
}

const store_fault& fault_named(std::string_view name) {
    for (const store_fault& fault : store_faults)
        if (fault.name == name) return fault;
    throw std::runtime_error{"no such fault"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wrong_stores)

BOOST_AUTO_TEST_CASE(have_each_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (const store_fault& fault : store_faults) BOOST_TEST(names.insert(fault.name).second, fault.name);
    BOOST_TEST(names.size() > 140U);
}

BOOST_AUTO_TEST_CASE(are_found_out_by_few_transactions_whatever_is_wrong) {
    for (const store_fault& fault : store_faults) {
        if (&fault == &store_faults[0]) continue;
        if (support::sanitized && (&fault - &store_faults[0]) % 4 != 0) continue;  // enough for what a sanitizer sees
        auto wrong = place_of(fault);
        const auto found = first_failure<store_writes>(wrong, some.seed, some.sequences, some.steps);
        if (!found) {
            BOOST_TEST_MESSAGE("found by calls of an authority alone: " << fault.name);
            BOOST_TEST(is_found_out(wrong, some), fault.name);
            continue;
        }
        const auto shortest = shrink<store_writes>(wrong, *found);
        BOOST_TEST(shortest.steps.size() <= 5U, fault.name << ": " << to_string(shortest.steps));
        // The short sequence still fails, with a readable reason.
        const auto failure = failure_of<store_writes>(wrong, shortest.steps);
        BOOST_REQUIRE(failure.has_value());
        BOOST_TEST(*failure == shortest.failure);
    }
}

BOOST_AUTO_TEST_CASE(are_reported_with_the_answer_that_is_wrong_and_how_to_repeat_it) {
    const report seen = store_conformance(place_of(fault_named("a store that loses names")), some);
    BOOST_TEST(!seen);
    const std::string words = seen.message();
    BOOST_TEST(words.find(".about.name is \"\", and must be \"name") != std::string::npos, words);
    BOOST_TEST(words.find("; after ") != std::string::npos, words);
    BOOST_TEST(words.find("{.seed = 1, .sequences = 1, .steps = 40}") != std::string::npos, words);
}

BOOST_AUTO_TEST_CASE(pass_when_nothing_is_wrong_with_them) {
    BOOST_TEST(!is_found_out(place_of(store_faults[0]), some));
}

BOOST_AUTO_TEST_SUITE_END()

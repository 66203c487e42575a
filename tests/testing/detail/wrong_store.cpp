// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The planted faults: each is found out, by a short sequence of calls.
#include <shearline/testing/detail/wrong_store.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include <shearline/testing/store_conformance.hpp>

namespace {

using namespace shearline::testing;
using namespace shearline::testing::detail;

}  // namespace

BOOST_AUTO_TEST_SUITE(stores)

BOOST_AUTO_TEST_CASE(that_are_wrong_are_found_out_by_a_short_sequence) {
    for (std::size_t fault = 1; fault < store_faults; ++fault) {
        const auto planted = static_cast<store_fault>(fault);
        auto wrong = [planted] { return wrong_place{planted}; };
        const auto found = find_failure(wrong, {});
        BOOST_REQUIRE(found.has_value());
        BOOST_TEST(found->steps.size() <= 3U, to_string(planted) << ": " << to_string(found->steps));
        // The same seed finds the same, and the short sequence still fails.
        BOOST_TEST(to_string(find_failure(wrong, {})->steps) == to_string(found->steps));
        BOOST_TEST(failure_of(wrong, found->steps).has_value());
    }
}

BOOST_AUTO_TEST_CASE(that_are_wrong_fail_the_suite_and_the_report_says_how) {
    const report seen = store_conformance([] { return wrong_place{store_fault::forgets_revocation}; });
    BOOST_TEST(!seen);
    const std::string words = seen.message();
    BOOST_TEST(words.find("a key is in another state") != std::string::npos, words);
    BOOST_TEST(words.find("(seed 1)") != std::string::npos, words);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The harness in Boost.Test: a report as the outcome of a test case.
// Depends on testing/report.hpp and Boost.Test; never on a suite.
#pragma once

#include <boost/test/unit_test.hpp>

#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// Fails the running test case if a report is not good, with one error for each of its failures.
///
/// Example:
///     shearline::testing::report seen;
///     seen.check(1 + 1 == 2, "sums add up");
///     shearline::testing::hold(seen);
inline void hold(const report& seen) {
    for (const std::string& failure : seen.failures()) BOOST_ERROR(failure);
    BOOST_TEST(static_cast<bool>(seen), seen.message());
}

}  // namespace shearline::inline v0_1::testing

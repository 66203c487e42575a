// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The comparison that leaks the position of a difference is otherwise correct.
#include <shearline/testing/detail/early_exit.hpp>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>

using shearline::testing::detail::early_exit_equal;

BOOST_AUTO_TEST_SUITE(early_exit)

BOOST_AUTO_TEST_CASE(finds_a_difference_wherever_it_is) {
    const std::array<std::byte, 32> a{};
    BOOST_TEST(early_exit_equal(a, a));
    for (std::size_t at = 0; at < a.size(); ++at) {
        auto b = a;
        b[at] = std::byte{1};
        BOOST_TEST(!early_exit_equal(a, b), at);
    }
}

BOOST_AUTO_TEST_SUITE_END()

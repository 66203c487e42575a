// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/posix/fork_wiped.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <utility>

#include "../support/in_child.hpp"

using namespace shearline;
using namespace shearline::detail;

BOOST_AUTO_TEST_SUITE(memory_that_a_fork_wipes)

BOOST_AUTO_TEST_CASE(is_there_for_its_process_and_zero_in_a_child) {
    auto made = fork_wiped<const std::uint64_t>::make([] { return std::uint64_t{0x5ec7e7}; });
    BOOST_REQUIRE(static_cast<bool>(made));
    const fork_wiped<const std::uint64_t> secret = *std::move(made);
    BOOST_TEST(secret.is_ours());
    BOOST_TEST(secret.reveal(unsafe_reveal) == 0x5ec7e7U);
    BOOST_TEST(support::in_child([&] { return !secret.is_ours() && secret.reveal(unsafe_reveal) == 0 ? 0 : 1; }) == 0);
    BOOST_TEST(secret.reveal(unsafe_reveal) == 0x5ec7e7U);
}

BOOST_AUTO_TEST_SUITE_END()

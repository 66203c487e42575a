// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/entropy.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <span>

#include <shearline/concepts.hpp>

#include "../support/printers.hpp"

namespace {

static_assert(shearline::entropy_source<shearline::system_entropy>);

struct source_that_cannot_fail {
    void fill(std::span<std::byte>) noexcept {}
};
static_assert(!shearline::entropy_source<source_that_cannot_fail>);

}  // namespace

BOOST_AUTO_TEST_SUITE(entropy_)

BOOST_AUTO_TEST_CASE(fills_every_byte_and_never_the_same_way) {
    shearline::system_entropy entropy;
    std::array<std::byte, 48> ever_set{};
    std::array<std::byte, 48> previous{};
    for (int round = 0; round < 64; ++round) {
        std::array<std::byte, 48> bytes{};
        BOOST_REQUIRE(entropy.fill(bytes));
        BOOST_REQUIRE(bytes != previous);
        previous = bytes;
        for (std::size_t i = 0; i < bytes.size(); ++i) ever_set[i] |= bytes[i];
    }
    // Each bit stays clear with a probability of 2^-64.
    for (const std::byte byte : ever_set) BOOST_TEST(byte == std::byte{0xff});
}

BOOST_AUTO_TEST_CASE(fills_nothing_where_nothing_is_asked_for) {
    shearline::system_entropy entropy;
    BOOST_TEST(static_cast<bool>(entropy.fill({})));
}

BOOST_AUTO_TEST_SUITE_END()

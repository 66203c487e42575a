// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/compare.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace {

using shearline::constant_time_equal;

/// Whether arrays of this length compare equal exactly if no bit differs.
template <std::size_t Bytes>
bool tells_every_bit_apart() {
    std::array<std::byte, Bytes> a;
    a.fill(std::byte{0x5a});
    auto b = a;
    if (!constant_time_equal<Bytes>(a, b)) return false;
    for (std::size_t bit = 0; bit < Bytes * 8; ++bit) {
        const auto flip = static_cast<std::byte>(1U << (bit % 8));
        b[bit / 8] ^= flip;
        if (constant_time_equal<Bytes>(a, b) || constant_time_equal<Bytes>(b, a)) return false;
        if (constant_time_equal(std::span<const std::byte>{a}, std::span<const std::byte>{b})) return false;
        b[bit / 8] ^= flip;
    }
    return constant_time_equal(std::span<const std::byte>{a}, std::span<const std::byte>{b});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compare_)

BOOST_AUTO_TEST_CASE(tells_any_single_bit_apart_at_every_length_that_has_its_own_code) {
    BOOST_TEST(tells_every_bit_apart<1>());
    BOOST_TEST(tells_every_bit_apart<8>());
    BOOST_TEST(tells_every_bit_apart<16>());
    BOOST_TEST(tells_every_bit_apart<32>());
    BOOST_TEST(tells_every_bit_apart<33>());
    BOOST_TEST(tells_every_bit_apart<64>());
}

BOOST_AUTO_TEST_CASE(strings_of_different_lengths_are_unequal_even_if_one_begins_the_other) {
    const std::array<std::byte, 4> bytes{};
    const std::span<const std::byte> all{bytes};
    BOOST_TEST(!constant_time_equal(all, all.first(3)));
    BOOST_TEST(!constant_time_equal(all.first(0), all));
    BOOST_TEST(constant_time_equal(all.first(0), all.last(0)));
    BOOST_TEST(constant_time_equal(std::span<const std::byte>{}, all.first(0)));
}

BOOST_AUTO_TEST_CASE(tells_any_single_bit_of_words_apart) {
    const std::array<std::uint64_t, 3> a{1, 0xffff'ffff'ffff'ffff, 0x0123'4567'89ab'cdef};
    BOOST_TEST(shearline::constant_time_equal_words(a, a));
    for (std::size_t bit = 0; bit < 192; ++bit) {
        auto b = a;
        b[bit / 64] ^= std::uint64_t{1} << (bit % 64);
        BOOST_TEST(!shearline::constant_time_equal_words(a, b), "bit " << bit);
    }
}

BOOST_AUTO_TEST_SUITE_END()

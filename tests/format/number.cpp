// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/number.hpp>

#include <boost/test/unit_test.hpp>

#include <boost/mpl/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace {

using shearline::base58;
using shearline::base62;
using shearline::basic_alphabet;
namespace detail = shearline::detail;

using binary = basic_alphabet<"01">;
using ternary = basic_alphabet<"abc">;
using hexadecimal = basic_alphabet<"0123456789abcdef">;
using decimal = basic_alphabet<"0123456789">;

using alphabets = boost::mpl::list<base62, base58, binary, ternary, hexadecimal, decimal>;

static_assert(detail::digits_for<base62>(UINT64_MAX) == 11 && detail::digits_for<base62>(UINT32_MAX) == 6);
static_assert(detail::digits_for<decimal>(9) == 1 && detail::digits_for<decimal>(10) == 2);
static_assert(detail::greatest_number<decimal>(3) == 999);
static_assert(detail::greatest_number<hexadecimal>(16) == UINT64_MAX);
static_assert(detail::greatest_number<hexadecimal>(15) == UINT64_MAX >> 4);
static_assert(detail::greatest_number<decimal>(19) == 9'999'999'999'999'999'999U);
static_assert(detail::greatest_number<decimal>(20) == UINT64_MAX);

template <typename Alphabet, std::size_t Width>
std::string written(std::uint32_t number) {
    std::array<char, Width> out{};
    detail::write_number<Alphabet>(number, out.data(), out.size());
    return {out.data(), out.size()};
}

template <typename Alphabet, std::size_t Width>
std::string written_vartime(std::uint64_t number) {
    std::array<char, Width> out{};
    detail::write_number_vartime<Alphabet>(number, out.data(), out.size());
    return {out.data(), out.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(number)

BOOST_AUTO_TEST_CASE(writes_the_most_significant_digit_first_and_pads_with_zero) {
    BOOST_TEST((written<decimal, 6>(1234)) == "001234");
    BOOST_TEST((written_vartime<decimal, 6>(1234)) == "001234");
    BOOST_TEST((written<base62, 6>(UINT32_MAX)) == "4gfFC3");
    BOOST_TEST((written_vartime<base62, 11>(UINT64_MAX)) == "LygHa16AHYF");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_constant_time_division_is_exact_where_it_is_tight, Alphabet, alphabets) {
    constexpr std::size_t width = detail::digits_for<Alphabet>(UINT32_MAX);
    const auto check = [](std::uint32_t number) {
        BOOST_REQUIRE((written<Alphabet, width>(number)) == (written_vartime<Alphabet, width>(number)));
    };
    // Quotients are most error-prone next to multiples of the divisor, and for large numbers.
    constexpr auto divisor = static_cast<std::uint32_t>(Alphabet::size);
    for (std::uint32_t multiple = 0; multiple < 2000; ++multiple) {
        const std::uint32_t low = multiple * divisor;
        const std::uint32_t high = UINT32_MAX / divisor * divisor - low;
        for (const std::uint32_t number : {low, low + 1, low + divisor - 1, high, high - 1, high - divisor + 1}) {
            check(number);
        }
    }
    check(UINT32_MAX);
    std::mt19937 random{1};
    for (int i = 0; i < 20'000; ++i) check(static_cast<std::uint32_t>(random()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reads_back_what_it_wrote, Alphabet, alphabets) {
    constexpr std::size_t width = detail::digits_for<Alphabet>(UINT64_MAX);
    std::mt19937_64 random{2};
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t number = random() >> (i % 64);
        const auto read = detail::read_number<Alphabet, width>(written_vartime<Alphabet, width>(number), UINT64_MAX);
        BOOST_REQUIRE(read.has_value());
        BOOST_REQUIRE(*read == number);
    }
}

template <std::size_t Size>
std::optional<std::uint64_t> read_decimal(const char (&text)[Size]) {
    return detail::read_number<decimal, Size - 1>({text, Size - 1}, UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(refuses_numbers_above_the_greatest_and_no_other) {
    for (unsigned number = 0; number < 1000; ++number) {
        for (const unsigned greatest : {0U, 1U, 9U, 10U, 99U, 255U, 549U, 998U, 999U}) {
            const auto read = detail::read_number<decimal, 3>(written_vartime<decimal, 3>(number), greatest);
            BOOST_REQUIRE(read.has_value() == (number <= greatest));
            if (read) BOOST_REQUIRE(*read == number);
        }
    }
    BOOST_TEST(read_decimal("18446744073709551615").value() == UINT64_MAX);
    BOOST_TEST(!read_decimal("18446744073709551616").has_value());
    BOOST_TEST(!read_decimal("18446744073709551620").has_value());
    BOOST_TEST(!read_decimal("99999999999999999999").has_value());
    BOOST_TEST(!read_decimal("184467440737095516150").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

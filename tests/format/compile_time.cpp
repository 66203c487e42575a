// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Formats are computed at compile time, with the same results as at run time.
#include <shearline/error.hpp>
#include <shearline/format/github_format.hpp>
#include <shearline/format/grammar.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/seam_format.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "../support/key_text_printers.hpp"

using namespace shearline;

namespace {

/// A value that the compiler cannot see through.
template <typename T>
T at_run_time(T value) {
    asm volatile("" : "+m"(value) : : "memory");
    return value;
}

/// `ends`: the first and the last character of each run, in order.
template <typename Alphabet>
void check_alphabet(std::string_view ends) {
    std::string seen;
    for (const auto& run : Alphabet::runs) {
        const auto copy = at_run_time(run);
        seen += static_cast<char>(copy.first);
        seen += static_cast<char>(copy.last());
    }
    BOOST_TEST(seen == ends);
    const std::string chars = at_run_time(std::string{Alphabet::chars});
    BOOST_TEST(detail::is_visible(chars));
    BOOST_TEST(!detail::has_doubles(chars));
    BOOST_TEST(!detail::is_visible(chars + ' '));
    BOOST_TEST(!detail::is_visible(chars + '\x7f'));
    BOOST_TEST(detail::has_doubles(chars + chars[0]));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(at_compile_time_and_at_run_time)

BOOST_AUTO_TEST_CASE(alphabets_are_the_same) {
    check_alphabet<base62>("09AZaz");
    check_alphabet<base58>("19AHJNPZakmz");
}

BOOST_AUTO_TEST_CASE(numbers_of_digits_are_the_same) {
    for (std::size_t width = at_run_time(std::size_t{1}); width < 16; ++width) {
        std::uint64_t greatest = 0;
        bool fits = true;
        for (std::size_t i = 0; fits && i < width; ++i) {
            fits = greatest <= (UINT64_MAX - 61) / 62;
            greatest = fits ? greatest * 62 + 61 : UINT64_MAX;
        }
        BOOST_TEST(detail::greatest_number<base62>(width) == greatest);
        if (fits) {
            BOOST_TEST(detail::digits_for<base62>(greatest) == width);
            BOOST_TEST(detail::digits_for<base62>(greatest + 1) == width + 1);
            BOOST_TEST(detail::power_of_size<base62>(width) == greatest + 1);
        }
    }
    BOOST_TEST(detail::digits_for<base62>(at_run_time(std::uint64_t{UINT32_MAX})) == 6U);
}

BOOST_AUTO_TEST_CASE(bits_of_a_secret_are_the_same) {
    BOOST_TEST(detail::bits_of(at_run_time(std::size_t{32}), 62) == 190U);
    BOOST_TEST(detail::bits_of(at_run_time(std::size_t{24}), 58) == 140U);
    BOOST_TEST(detail::bits_of(at_run_time(std::size_t{255}), 94) == 1'671U);
    for (std::size_t digits = 1; digits < 100; ++digits) BOOST_TEST(detail::bits_of(digits, 64) == 6 * digits);
}

BOOST_AUTO_TEST_CASE(layouts_are_the_same) {
    using format = key_format<"instance">;
    const auto layout = at_run_time(detail::place_parts<literal<"instance_">, handle_field<11>, secret_field<32>,
                                                        checksum_field<6, crc32, covers::all_before>>());
    // instance_ 11 of handle, 32 of secret, 6 of checksum
    constexpr std::array kinds{part_kind::literal, part_kind::handle, part_kind::secret, part_kind::checksum};
    constexpr std::array<std::size_t, 4> offsets{0, 9, 20, 52};
    constexpr std::array<std::size_t, 4> chars{9, 11, 32, 6};
    BOOST_REQUIRE(layout.size() == 4U);
    for (const auto& one : {layout, at_run_time(format::layout)})
        for (std::size_t i = 0; i < one.size(); ++i) {
            BOOST_TEST(one[i].kind == kinds[i]);
            BOOST_TEST(one[i].offset == offsets[i]);
            BOOST_TEST(one[i].chars == chars[i]);
            BOOST_TEST(one[i].text == (i == 0 ? "instance_" : ""));
        }
    BOOST_TEST(detail::count_of(part_kind::secret, layout) == 1U);
    BOOST_TEST(detail::first_of(part_kind::checksum, layout).offset == 52U);
    const auto seam_layout = at_run_time(seam_format<"mycompany">::layout);
    BOOST_TEST(detail::count_of(part_kind::literal, seam_layout) == 2U);
    BOOST_TEST(detail::count_of(part_kind::checksum, seam_layout) == 0U);
    BOOST_TEST(detail::first_of(part_kind::checksum, seam_layout).offset == seam_format<"mycompany">::chars);
}

BOOST_AUTO_TEST_CASE(what_a_format_asks_of_its_parts_is_the_same) {
    BOOST_TEST((detail::holds_every_checksum<base62, checksum_field<6, crc32, covers::all_before>>()));
    BOOST_TEST((!detail::holds_every_checksum<base62, checksum_field<5, crc32, covers::all_before>>()));
    BOOST_TEST((detail::holds_every_checksum<base62, secret_field<1>>()));
    BOOST_TEST(detail::ends_in_digit<base62>(at_run_time(std::string_view{"ab"})));
    BOOST_TEST(!detail::ends_in_digit<base62>(at_run_time(std::string_view{"ab_"})));
    BOOST_TEST(!detail::ends_in_digit<base62>(at_run_time(std::string_view{})));
    for (const char* good : {"a", "a1", "a_b", "instance"}) BOOST_TEST(detail::is_key_prefix(good), good);
    for (const char* bad : {"", "A", "1a", "a_", "a-b", "_a", "aB"}) BOOST_TEST(!detail::is_key_prefix(bad), bad);
    const fixed_string text{"text"};
    BOOST_TEST(at_run_time(text).view() == "text");
}

BOOST_AUTO_TEST_CASE(names_are_the_same) {
    BOOST_TEST(to_string(at_run_time(environment::live)) == "live");
    BOOST_TEST(to_string(at_run_time(environment::test)) == "test");
    for (const auto& [kind, name] :
         std::array<std::pair<part_kind, std::string_view>, 4>{{{part_kind::literal, "literal"},
                                                                {part_kind::handle, "handle"},
                                                                {part_kind::secret, "secret"},
                                                                {part_kind::checksum, "checksum"}}})
        BOOST_TEST(detail::to_string(at_run_time(kind)) == name);
    BOOST_TEST(detail::to_string(static_cast<part_kind>(at_run_time(99))) == "unknown");
    BOOST_TEST(to_string(at_run_time(format_errc::wrong_prefix)) == "wrong prefix");
    BOOST_TEST(to_string(at_run_time(format_errc::wrong_length)) == "wrong length");
    BOOST_TEST(to_string(at_run_time(format_errc::bad_character)) == "character outside the alphabet");
    BOOST_TEST(to_string(at_run_time(format_errc::out_of_range)) == "number out of range");
    BOOST_TEST(to_string(at_run_time(format_errc::wrong_checksum)) == "wrong checksum");
}

BOOST_AUTO_TEST_SUITE_END()

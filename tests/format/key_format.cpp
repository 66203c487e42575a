// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#include <shearline/concepts.hpp>
#include <shearline/format/parse.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include "../support/key_text_printers.hpp"
#include "../support/keys.hpp"

namespace {

using namespace shearline;

using live = key_format<"instance">;
using test = test_key_format<"instance">;

static_assert(format_policy<live> && format_policy<test> && !format_policy<base62>);
static_assert(test::name == "instance_test" && test::environment_of == environment::test && test::chars == 63);
static_assert(key_format<"a">::chars == 51 && key_format<"crm_eu_2">::prefix == "crm_eu_2_");
static_assert(key_format<"x", 22>::secret_bits == 130 && key_format<"x", 22>::chars == 41);

// The widths for the same ranges depend on the alphabet.
using hexadecimal = basic_alphabet<"0123456789abcdef">;
using in_hexadecimal = key_format<"x", 32, hexadecimal>;
static_assert(in_hexadecimal::secret_bits == 128 && in_hexadecimal::handle_part.chars == 16);
static_assert(in_hexadecimal::checksum_part.chars == 8 && in_hexadecimal::chars == 2 + 16 + 32 + 8);

}  // namespace

BOOST_AUTO_TEST_SUITE(key_format_)

BOOST_AUTO_TEST_CASE(a_test_key_is_no_live_key_and_a_live_key_no_test_key) {
    const std::string live_key = key_text<live>(handle{42}, counting_digits<live>());
    const std::string test_key = key_text<test>(handle{42}, counting_digits<test>());
    BOOST_TEST(static_cast<bool>(parse<live>(live_key)));
    BOOST_TEST(static_cast<bool>(parse<test>(test_key)));
    BOOST_TEST(!parse<live>(test_key));
    BOOST_TEST(!parse<test>(live_key));
}

BOOST_AUTO_TEST_CASE(no_text_is_a_key_of_both_environments_whatever_the_lengths) {
    // 27 + 5 = 32: live and test keys of these two are equally long, and only the prefix tells them apart.
    using short_test = test_key_format<"instance", 27>;
    static_assert(short_test::chars == live::chars);
    const std::string live_key = key_text<live>(handle{42}, counting_digits<live>());
    const std::string test_key = key_text<short_test>(handle{42}, counting_digits<short_test>());
    BOOST_TEST(static_cast<bool>(parse<short_test>(test_key)));
    BOOST_TEST(parse<live>(test_key).error().code == format_errc::bad_character);
    BOOST_TEST(parse<short_test>(live_key).error().code == format_errc::wrong_prefix);
}

BOOST_AUTO_TEST_CASE(a_key_in_another_alphabet_reads_back) {
    const std::string text = key_text<in_hexadecimal>(handle{UINT64_MAX}, counting_digits<in_hexadecimal>());
    BOOST_TEST(text.substr(0, 50) == "x_ffffffffffffffff0123456789abcdef0123456789abcdef");
    BOOST_TEST((*parse<in_hexadecimal>(text)).handle.value == UINT64_MAX);
}

BOOST_AUTO_TEST_SUITE_END()

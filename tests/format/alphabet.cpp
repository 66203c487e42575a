// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/alphabet.hpp>

#include <boost/test/unit_test.hpp>

#include <boost/mpl/list.hpp>

namespace {

using shearline::base58;
using shearline::base62;
using shearline::basic_alphabet;

using binary = basic_alphabet<"01">;
using in_no_order = basic_alphabet<"z9a_-A~!">;
using all_visible =
    basic_alphabet<"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~">;

using alphabets = boost::mpl::list<base62, base58, binary, in_no_order, all_visible>;

static_assert(base62::size == 62 && base58::size == 58 && all_visible::size == 94);
static_assert(base62::encode(61) == 'z' && base62::decode('z') == 61);

}  // namespace

BOOST_AUTO_TEST_SUITE(alphabet)

BOOST_AUTO_TEST_CASE_TEMPLATE(encodes_each_digit_as_the_character_at_its_place, Alphabet, alphabets) {
    for (std::size_t digit = 0; digit < Alphabet::size; ++digit) {
        BOOST_TEST(Alphabet::encode(static_cast<std::uint8_t>(digit)) == Alphabet::chars[digit]);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(decodes_its_own_characters_and_no_other_byte, Alphabet, alphabets) {
    std::size_t known = 0;
    for (int code = 0; code < 256; ++code) {
        const auto c = static_cast<char>(code);
        const std::size_t place = Alphabet::chars.find(c);
        const std::size_t expected = place == std::string_view::npos ? Alphabet::no_digit : place;
        BOOST_TEST(std::size_t{Alphabet::decode(c)} == expected);
        known += place == std::string_view::npos ? 0U : 1U;
    }
    BOOST_TEST(known == Alphabet::size);
}

BOOST_AUTO_TEST_CASE(base58_leaves_out_the_characters_that_look_alike) {
    for (const char c : {'0', 'O', 'I', 'l'}) {
        BOOST_TEST(base58::decode(c) == base58::no_digit);
        BOOST_TEST(base62::decode(c) != base62::no_digit);
    }
}

BOOST_AUTO_TEST_SUITE_END()

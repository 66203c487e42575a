// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The library's formats under the harness, and the harness with wrong rules for them.
#include <algorithm>
#include <string>
#include <string_view>

#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/exhaustive.hpp>
#include <shearline/testing/format_conformance.hpp>

#include "../support/rules.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using namespace support;

std::uint32_t parity(std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return c % 2 != 0; }) % 2 != 0 ? 1 : 0;
}

const format_rules tiny_rules{.alphabet = "abc",
                              .fields = {exactly("x_"), digits_from("ab", "cc"), digits(1), digits_from("a", "b")},
                              .covered_from = 0,
                              .covered_to = 5,
                              .checksum = parity};

/// Like GitHub's: no handle, and a checksum of the secret only.
using unsafe_tiny_github = basic_format<"unsafe-tiny-github", environment::test, basic_alphabet<"abc">, literal<"x_">,
                                        secret_field<2>, checksum_field<1, unsafe_parity, covers::secret>>;
const format_rules tiny_github_rules{.alphabet = "abc",
                                     .fields = {exactly("x_"), digits(2), digits_from("a", "b")},
                                     .covered_from = 2,
                                     .covered_to = 4,
                                     .checksum = parity};

/// Like Seam's: a literal in the middle, and no checksum.
using unsafe_tiny_seam = basic_format<"unsafe-tiny-seam", environment::test, basic_alphabet<"abc">, literal<"x_">,
                                      handle_field<1>, literal<"_">, secret_field<1>>;
const format_rules tiny_seam_rules{.alphabet = "abc",
                                   .fields = {exactly("x_"), digits_from("b", "c"), exactly("_"), digits(1)}};

/// The alphabet, the characters of the literals, and two that occur nowhere.
constexpr std::string_view characters{"abcx_?\0", 7};

}  // namespace

BOOST_AUTO_TEST_SUITE(formats)

BOOST_AUTO_TEST_CASE(keep_to_their_rules) {
    hold(format_conformance<instance>(instance_rules));
    hold(format_conformance<token>(token_rules));
    hold(format_conformance<seam>(seam_rules));
}

BOOST_AUTO_TEST_CASE(that_differ_from_their_rules_by_one_bound_are_found_out) {
    format_rules wrong = instance_rules;
    wrong.fields[1].least = "00000000002";
    BOOST_TEST(!format_conformance<instance>(wrong));
    wrong = instance_rules;
    wrong.fields[1].greatest = "LygHa16AHYE";
    BOOST_TEST(!format_conformance<instance>(wrong));
    wrong = instance_rules;
    wrong.covered_to = 51;
    BOOST_TEST(!format_conformance<instance>(wrong));
    wrong = instance_rules;
    wrong.fields[0].text = "instancE_";
    BOOST_TEST(!format_conformance<instance>(wrong));
    wrong = instance_rules;
    wrong.name = "another";
    BOOST_TEST(!format_conformance<instance>(wrong));
    wrong = instance_rules;
    wrong.environment = environment::test;
    BOOST_TEST(!format_conformance<instance>(wrong));
    wrong = seam_rules;
    wrong.alphabet.back() = '{';
    BOOST_TEST(!format_conformance<seam>(wrong));
    wrong = seam_rules;
    wrong.fields.pop_back();
    BOOST_TEST(!format_conformance<seam>(wrong));
}

BOOST_AUTO_TEST_CASE(accept_of_every_text_there_is_what_the_rules_accept) {
    // Handles but zero, secrets; the checksum follows.
    hold(exhaustive<unsafe_tiny_format>(tiny_rules, characters, unsafe_tiny_format::chars + 1, 8U * 3U));
    hold(exhaustive<unsafe_tiny_github>(tiny_github_rules, characters, unsafe_tiny_github::chars + 1, 9U));
    hold(exhaustive<unsafe_tiny_seam>(tiny_seam_rules, characters, unsafe_tiny_seam::chars + 1, 2U * 3U));
}

BOOST_AUTO_TEST_CASE(that_accept_another_language_are_found_out_by_every_text_there_is) {
    format_rules wrong = tiny_rules;
    wrong.fields[1].least = "aa";
    BOOST_TEST(!exhaustive<unsafe_tiny_format>(wrong, characters, unsafe_tiny_format::chars, 9U * 3U));
    BOOST_TEST(!exhaustive<unsafe_tiny_format>(tiny_rules, characters, unsafe_tiny_format::chars, 9U * 3U));
}

BOOST_AUTO_TEST_CASE(are_read_by_rules_that_know_the_check_value_of_their_checksum) {
    BOOST_TEST(crc32_by_bits("123456789") == 0xcbf43926U);
    BOOST_TEST(crc32_by_bits("") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

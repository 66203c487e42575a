// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/grammar.hpp>

#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/seam_format.hpp>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <regex>
#include <string>

#include "../support/keys.hpp"

namespace {

using namespace shearline;

using instance = key_format<"instance">;
using github = github_format<"ghp">;
using seam = seam_format<"mycompany">;

/// Characters with a special meaning in a regular expression, in the literal and in the alphabet.
using awkward =
    basic_format<"awkward", environment::test, basic_alphabet<"]^-\\a[">, literal<"a.b*(c)$">, secret_field<3>>;

using formats = boost::mpl::list<instance, github, seam, awkward>;

template <typename Format>
bool matches(const std::string& text) {
    return std::regex_match(text, std::regex{grammar<Format>::regex(), std::regex::ECMAScript});
}

/// Whether the text passes the checks that a grammar can express, up to the alphabet.
template <typename Format>
bool is_well_formed(const std::string& text) {
    const auto key = parse<Format>(text);
    return key || key.error().code == format_errc::out_of_range || key.error().code == format_errc::wrong_checksum;
}

bool says(const std::string& notes, std::string_view words) { return notes.find(words) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(grammar_)

BOOST_AUTO_TEST_CASE(the_abnf_names_each_field_and_keeps_the_case_of_literals) {
    BOOST_TEST(grammar<instance>::abnf() ==
               "key = %s\"instance_\" handle secret checksum\r\n"
               "handle = 11digit\r\n"
               "secret = 32digit\r\n"
               "checksum = 6digit\r\n"
               "digit = %x30-39 / %x41-5A / %x61-7A\r\n");
    BOOST_TEST(grammar<seam>::abnf() ==
               "key = %s\"mycompany_\" handle %s\"_\" secret\r\n"
               "handle = 8digit\r\n"
               "secret = 24digit\r\n"
               "digit = %x31-39 / %x41-48 / %x4A-4E / %x50-5A / %x61-6B / %x6D-7A\r\n");
    BOOST_TEST(grammar<awkward>::abnf() ==
               "key = %s\"a.b*(c)$\" secret\r\n"
               "secret = 3digit\r\n"
               "digit = %x2D / %x5B-5E / %x61\r\n");
}

BOOST_AUTO_TEST_CASE(the_regular_expression_is_plain) {
    BOOST_TEST(grammar<instance>::regex() == "instance_[0-9A-Za-z]{11}[0-9A-Za-z]{32}[0-9A-Za-z]{6}");
    BOOST_TEST(grammar<github>::regex() == "ghp_[0-9A-Za-z]{30}[0-9A-Za-z]{6}");
    BOOST_TEST(grammar<awkward>::regex() == "a\\.b\\*\\(c\\)\\$[\\-\\[-\\^a]{3}");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_regular_expression_matches_what_the_parser_finds_well_formed, Format, formats) {
    const std::string good = key_text<Format>(handle{7}, counting_digits<Format>());
    BOOST_TEST(matches<Format>(good));
    BOOST_TEST(!matches<Format>(good + "0"));
    BOOST_TEST(!matches<Format>(good.substr(1)));
    BOOST_TEST(!matches<Format>(good.substr(0, good.size() - 1)));
    const std::regex pattern{grammar<Format>::regex(), std::regex::ECMAScript};
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (char c = ' '; c <= '~'; ++c) {
            std::string text = good;
            text[i] = c;
            BOOST_REQUIRE(std::regex_match(text, pattern) == is_well_formed<Format>(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_notes_say_what_neither_can_express) {
    const std::string notes = grammar<instance>::notes();
    BOOST_TEST(says(notes, "most significant digit comes first"));
    BOOST_TEST(says(notes, base62::chars));
    BOOST_TEST(says(notes, "handle is from 1 to 18446744073709551615."));
    BOOST_TEST(says(notes, "CRC-32/ISO-HDLC of all characters before it, and so at most 4294967295."));
    BOOST_TEST(says(grammar<github>::notes(), "CRC-32/ISO-HDLC of the secret alone"));
    BOOST_TEST(!says(grammar<github>::notes(), "handle"));
    BOOST_TEST(says(grammar<seam>::notes(), "handle is from 1 to 128063081718015."));
    BOOST_TEST(!says(grammar<seam>::notes(), "checksum"));
}

BOOST_AUTO_TEST_SUITE_END()

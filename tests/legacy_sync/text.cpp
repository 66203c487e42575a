// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

using namespace common;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(finds_the_first_byte_that_is_not_utf8) {
    for (const std::string_view good :
         {""sv, "a"sv, "\x00"sv, "é"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "🦊"sv, "\xF4\x8F\xBF\xBF"sv})
        BOOST_TEST(!find_invalid_utf8(good).has_value());
    const std::pair<std::string_view, std::size_t> bad[] = {{"\xff"sv, 0},
                                                            {"a\x80"sv, 1},
                                                            {"\xC0\x80"sv, 0},
                                                            {"\xC1\xBF"sv, 0},
                                                            {"\xE0\x9F\xBF"sv, 0},
                                                            {"\xED\xA0\x80"sv, 0},
                                                            {"ab\xF0\x8F\xBF\xBF"sv, 2},
                                                            {"\xF4\x90\x80\x80"sv, 0},
                                                            {"\xF5\x80\x80\x80"sv, 0},
                                                            {"é\xC3"sv, 2},
                                                            {"\xE2\x82"sv, 0},
                                                            {"\xF0\x9F\xA6"sv, 0},
                                                            {"\xC3("sv, 0}};
    for (const auto& [one, offset] : bad) {
        const auto found = find_invalid_utf8(one);
        BOOST_REQUIRE(found.has_value());
        BOOST_TEST(*found == offset);
    }
}

BOOST_AUTO_TEST_CASE(shows_nothing_that_a_terminal_obeys) {
    BOOST_TEST(printable("Zoë 🦊") == "Zoë 🦊");
    BOOST_TEST(printable("\x1b[2J\r\n\x7f") == R"(\x1b[2J\x0d\x0a\x7f)");
    BOOST_TEST(printable("\xc2\x9b"
                         "31m") == R"(\xc2\x9b31m)");  // a C1 control
    BOOST_TEST(printable("\xe2\x80\xae"
                         "txt") == R"(\xe2\x80\xaetxt)");  // right-to-left override
    BOOST_TEST(printable("\xff") == R"(\xff)");
    BOOST_TEST(printable("\0"sv) == R"(\x00)");
    BOOST_TEST(printable(std::string(1000, 'a'), 10) == std::string(10, 'a') + "…");
}

BOOST_AUTO_TEST_CASE(knows_the_control_characters_of_unicode) {
    for (const std::string_view good : {""sv, "a b"sv, "é"sv, "\xc2\xa0"sv, "🦊"sv}) BOOST_TEST(!has_control(good));
    for (const std::string_view bad : {"\0"sv, "a\x1f"sv, "\x7f"sv, "\xc2\x80"sv, "a\xc2\x9fz"sv})
        BOOST_TEST(has_control(bad));
}

BOOST_AUTO_TEST_CASE(trims_what_is_blank_at_the_ends) {
    BOOST_TEST(trimmed(" \t a b\r\n") == "a b");
    BOOST_TEST(trimmed("   ") == "");
    BOOST_TEST(trimmed("") == "");
}

BOOST_AUTO_TEST_SUITE_END()

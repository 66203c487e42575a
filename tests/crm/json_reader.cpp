// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <rest/json_reader.hpp>

#include <string>
#include <variant>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using crm::json_problem;
using crm::read_object;

std::string read(std::string_view text) {
    const auto found = read_object(text);
    const auto* const object = std::get_if<boost::json::object>(&found);
    return object == nullptr ? "" : boost::json::serialize(*object);
}

json_problem refused(std::string_view text) {
    const auto found = read_object(text);
    const auto* const problem = std::get_if<json_problem>(&found);
    BOOST_REQUIRE_MESSAGE(problem != nullptr, "was read: " << text.substr(0, 60));
    return *problem;
}

std::string nested(std::size_t levels) {
    std::string text;
    for (std::size_t i = 1; i < levels; ++i) text += R"({"a":)";
    return text + "{}" + std::string(levels - 1, '}');
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(reads_an_object_with_blanks_around_it) {
    BOOST_TEST(read(" \t\r\n{\"a\": [1, -2.5, true, null, \"\xc3\xa4\"]} \n") ==
               "{\"a\":[1,-2.5E0,true,null,\"\xc3\xa4\"]}");
}

BOOST_AUTO_TEST_CASE(tells_the_place_of_what_is_wrong) {
    const json_problem wrong = refused("{\n  \"first\": 1,\n  \"second\": oops\n}");
    BOOST_TEST(wrong.line == 3U);
    BOOST_TEST(wrong.column == 13U);
    BOOST_TEST(wrong.offset == 28U);
    const json_problem after = refused("{}\n\n  x");
    BOOST_TEST(after.line == 3U);
    BOOST_TEST(after.column == 3U);
    BOOST_TEST(after.offset == 6U);
    BOOST_TEST(refused("").offset == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_a_member_that_comes_twice_in_one_object_alone) {
    BOOST_TEST(refused(R"({"a":1,"a":1})").what == "a member is there twice");
    BOOST_TEST(refused(R"({"a":1,"\u0061":2})").what == "a member is there twice");
    BOOST_TEST(refused(R"({"b":[{"a":1,"a":2}]})").what == "a member is there twice");
    BOOST_TEST(read(R"({"a":{"a":1},"b":{"a":1}})") == R"({"a":{"a":1},"b":{"a":1}})");
}

BOOST_AUTO_TEST_CASE(bounds_the_depth) {
    BOOST_TEST(read(nested(crm::max_json_depth)) == nested(crm::max_json_depth));
    BOOST_TEST(refused(nested(crm::max_json_depth + 1)).what == "more than 8 levels");
    BOOST_TEST(refused(std::string(100'000, '[')).what == "more than 8 levels");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_json_object_in_utf_8) {
    for (const std::string_view text : {"[]",
                                        "\"a\"",
                                        "1",
                                        "null",
                                        "{",
                                        "}",
                                        "{\"a\"}",
                                        R"({"a":})",
                                        R"({"a":1,})",
                                        "{a:1}",
                                        "{'a':1}",
                                        R"({"a":01})",
                                        R"({"a":+1})",
                                        R"({"a":.5})",
                                        R"({"a":NaN})",
                                        R"({"a":Infinity})",
                                        R"({"a":1}{})",
                                        "{} // no",
                                        "/* no */ {}",
                                        "{\"a\":\"\t\"}",
                                        R"({"a":"\x"})",
                                        R"({"a":"\ud800"})",
                                        R"({"a":"\udc00"})",
                                        "\xef\xbb\xbf{}"})
        (void)refused(text);
    for (const std::string_view bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
        (void)refused(R"({"a":")" + std::string{bytes} + R"("})");
        (void)refused(R"({")" + std::string{bytes} + R"(":1})");
    }
    (void)refused(std::string_view{"{}\0", 3});
}

BOOST_AUTO_TEST_CASE(refuses_each_text_that_is_cut_short) {
    const std::string whole = "{\"a\":[1,{\"b\":\"\xc3\xa4\\u00e4\"}],\"c\":-1.5e3,\"d\":false}";
    BOOST_TEST(!read(whole).empty());
    for (std::size_t i = 0; i < whole.size(); ++i) (void)refused(std::string_view{whole}.substr(0, i));
}

BOOST_AUTO_TEST_SUITE_END()

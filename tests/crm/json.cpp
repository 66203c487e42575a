// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <exact_json.hpp>

#include <string>
#include <variant>

#include <boost/test/unit_test.hpp>

namespace {

using common::read_object;

std::string read(std::string_view text) {
    const auto found = read_object(text);
    const auto* const object = std::get_if<boost::json::object>(&found);
    return object == nullptr ? "" : common::to_text(*object);
}

common::json_problem refused(std::string_view text) {
    const auto found = read_object(text);
    const auto* const problem = std::get_if<common::json_problem>(&found);
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
               "{\"a\":[1,-2.5,true,null,\"\xc3\xa4\"]}");
}

BOOST_AUTO_TEST_CASE(tells_the_place_of_what_is_wrong) {
    const common::json_problem wrong = refused("{\n  \"first\": 1,\n  \"second\": oops\n}");
    BOOST_TEST(wrong.line == 3U);
    BOOST_TEST(wrong.column == 13U);
    BOOST_TEST(wrong.offset == 28U);
    const common::json_problem after = refused("{}\n\n  x");
    BOOST_TEST(after.line == 3U);
    BOOST_TEST(after.column == 3U);
    BOOST_TEST(after.offset == 6U);
    BOOST_TEST(refused("").offset == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_a_member_that_comes_twice_in_one_object_alone) {
    BOOST_TEST(refused(R"({"a":1,"a":1})").what == "a member is repeated");
    BOOST_TEST(refused(R"({"a":1,"\u0061":2})").what == "a member is repeated");
    BOOST_TEST(refused(R"({"b":[{"a":1,"a":2}]})").what == "a member is repeated");
    BOOST_TEST(read(R"({"a":{"a":1},"b":{"a":1}})") == R"({"a":{"a":1},"b":{"a":1}})");
}

BOOST_AUTO_TEST_CASE(reads_and_writes_each_number_exactly) {
    const auto comes_back = [](std::string_view spelled, std::string_view expected) {
        BOOST_TEST(read("{\"n\":" + std::string{spelled} + "}") == "{\"n\":" + std::string{expected} + "}");
    };
    for (const std::string_view same :
         {"0", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "0.1", "-2.5", "1e+24",
          "5e-324", "1.7976931348623157e+308", "2.2250738585072014e-308", "0.30000000000000004", "3.0", "-0.0"})
        comes_back(same, same);
    comes_back("1999008785320019684212736", "1.9990087853200196e+24");
    comes_back("2.2250738585072011e-308", "2.225073858507201e-308");
    comes_back("18446744073709551616", "1.8446744073709552e+19");
    comes_back("-9223372036854775809", "-9.223372036854776e+18");
    comes_back("9007199254740993.0", "9007199254740992.0");  // halfway: to even
    comes_back("1e-400", "0.0");                             // nothing is nearer
    comes_back("2.4703282292062328e-324", "5e-324");
    comes_back("100000000000000000000000.0000000000000000000000000000001e-23", "1.0");
    BOOST_TEST(read(R"({"a":[0.1,{"b":0.2,"c":[1,0.3]}],"d":0.4})") == R"({"a":[0.1,{"b":0.2,"c":[1,0.3]}],"d":0.4})");
}

BOOST_AUTO_TEST_CASE(refuses_a_number_that_no_double_holds_and_says_where) {
    for (const std::string_view wrong : {"1e309", "-1e309", "1e636", "1.7976931348623159e308", "1e99999999999"}) {
        const common::json_problem problem = refused("{\"a\":1.5,\n\"n\":" + std::string{wrong} + "}");
        BOOST_TEST(problem.what.starts_with("a number is too large"), problem.what);
        BOOST_TEST(problem.line == 2U);
    }
}

BOOST_AUTO_TEST_CASE(bounds_the_depth) {
    BOOST_TEST(read(nested(common::max_json_depth)) == nested(common::max_json_depth));
    BOOST_TEST(refused(nested(common::max_json_depth + 1)).what == "more than 8 levels");
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

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>
#include <string>

#include <shearline/http/challenge.hpp>
#include <shearline/http/problem.hpp>

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_challenge)

BOOST_AUTO_TEST_CASE(says_no_error_where_nothing_was_presented) {
    BOOST_TEST(challenge("crm", credential_error{credential_errc::missing, "Authorization"}) == "Bearer realm=\"crm\"");
}

BOOST_AUTO_TEST_CASE(says_invalid_request_where_the_credential_could_not_be_read) {
    BOOST_TEST(challenge("crm", credential_error{credential_errc::repeated, "Authorization"}) ==
               "Bearer realm=\"crm\", error=\"invalid_request\", "
               "error_description=\"the request carries more than one credential\"");
}

BOOST_AUTO_TEST_CASE(says_the_same_whatever_is_wrong_with_a_key) {
    for (const reason_row& row : reason_table)
        if (row.face == face::invalid_key)
            BOOST_TEST(challenge("crm", denial{row.why}) == "Bearer realm=\"crm\", error=\"invalid_token\"");
}

BOOST_AUTO_TEST_CASE(names_the_scope_that_was_required) {
    BOOST_TEST(challenge("crm", denial{reason::missing_scope}, "contacts:write") ==
               "Bearer realm=\"crm\", error=\"insufficient_scope\", scope=\"contacts:write\"");
}

BOOST_AUTO_TEST_CASE(is_not_made_where_another_credential_would_not_help) {
    BOOST_TEST(challenge("crm", denial{reason::suspended}).empty());
    BOOST_TEST(challenge("crm", denial{reason::store_unavailable}).empty());
}

BOOST_AUTO_TEST_CASE(cannot_be_split_by_its_realm) {
    BOOST_TEST(challenge("a\"b\\c\r\nX: y", credential_error{credential_errc::missing, ""}) ==
               "Bearer realm=\"a\\\"b\\\\cX: y\"");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_problem)

BOOST_AUTO_TEST_CASE(tells_the_face_and_never_the_reason) {
    for (const reason_row& row : reason_table) {
        const std::string body = to_json(problem_of(denial{row.why}));
        BOOST_TEST(body.find(row.name) == std::string::npos, body);
        for (const reason_row& other : reason_table)
            if (other.face == row.face) BOOST_TEST(body == to_json(problem_of(denial{other.why})));
    }
    BOOST_TEST(to_json(problem_of(denial{reason::revoked})) ==
               "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,"
               "\"detail\":\"the API key is not valid\"}");
}

BOOST_AUTO_TEST_CASE(escapes_what_json_asks_for_and_repairs_what_is_not_utf8) {
    const auto detail_of = [](std::string_view detail) {
        const std::string body = to_json({.status = 400, .title = "t", .detail = detail});
        const std::size_t at = body.find("\"detail\":") + 9;
        return body.substr(at, body.size() - 1 - at);
    };
    BOOST_TEST(detail_of("a\"b\\c\n\x01") == "\"a\\\"b\\\\c\\u000a\\u0001\"");
    BOOST_TEST(detail_of("Zoë 漢 😀") == "\"Zoë 漢 😀\"");
    constexpr std::string_view bad = "\"\xef\xbf\xbd\"";
    BOOST_TEST(detail_of("\xff") == bad);
    BOOST_TEST(detail_of("\xc3") == bad);                              // cut short
    BOOST_TEST(detail_of("\xc0\xaf").find('/') == std::string::npos);  // over-long
    BOOST_TEST(detail_of("\xed\xa0\x80").size() == 11U);               // a surrogate: three bytes, each replaced
    BOOST_TEST(detail_of("\xf4\x90\x80\x80").size() == 14U);           // past U+10FFFF
}

BOOST_AUTO_TEST_SUITE_END()

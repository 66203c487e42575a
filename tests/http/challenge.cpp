// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/challenge.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_challenge)

BOOST_AUTO_TEST_CASE(says_no_error_where_nothing_was_presented) {
    BOOST_TEST(challenge("crm", credential_error{credential_errc::missing, "Authorization"}) == "Bearer realm=\"crm\"");
}

BOOST_AUTO_TEST_CASE(says_invalid_request_where_the_credential_could_not_be_read) {
    BOOST_TEST(challenge("crm", credential_error{credential_errc::repeated, "Authorization"}) ==
               "Bearer realm=\"crm\", error=\"invalid_request\", "
               "error_description=\"the request carries more than one credential\"");
    for (const auto code : {credential_errc::repeated, credential_errc::malformed, credential_errc::too_long,
                            credential_errc::in_url, credential_errc::unsupported_scheme}) {
        // RFC 6750 §3 allows neither a quote nor a backslash in a description, so it needs no escape either.
        for (const char c : to_string(code))
            BOOST_TEST((c >= ' ' && c <= '~' && c != '"' && c != '\\'), to_string(code));
        BOOST_TEST(challenge("", credential_error{code, ""}) ==
                   "Bearer realm=\"\", error=\"invalid_request\", error_description=\"" + std::string{to_string(code)} +
                       "\"");
    }
}

BOOST_AUTO_TEST_CASE(says_invalid_token_whatever_is_wrong_with_a_key) {
    for (const reason_row& row : reason_table) {
        if (row.face != face::invalid_key) continue;
        BOOST_TEST(challenge("crm", denial{row.why}) == "Bearer realm=\"crm\", error=\"invalid_token\"");
        BOOST_TEST(challenge("crm", denial{row.why}, "a:b") == "Bearer realm=\"crm\", error=\"invalid_token\"");
    }
}

BOOST_AUTO_TEST_CASE(names_the_scope_that_the_resource_requires) {
    BOOST_TEST(challenge("crm", denial{reason::missing_scope}, "contacts:write") ==
               "Bearer realm=\"crm\", error=\"insufficient_scope\", scope=\"contacts:write\"");
}

BOOST_AUTO_TEST_CASE(follows_from_the_face_and_never_from_the_reason) {
    for (const std::string_view scope : {"", "contacts:write"})
        for (const reason_row& row : reason_table)
            for (const reason_row& other : reason_table)
                if (row.face == other.face)
                    BOOST_TEST(challenge("crm", denial{row.why}, scope) == challenge("crm", denial{other.why}, scope),
                               row.name << " and " << other.name);
    // The control: two reasons with different faces differ in the comparison above.
    BOOST_TEST(challenge("crm", denial{reason::revoked}, "a:b") != challenge("crm", denial{reason::suspended}, "a:b"));
}

BOOST_AUTO_TEST_CASE(is_not_made_where_another_credential_would_not_help) {
    BOOST_TEST(challenge("crm", denial{reason::suspended}).empty());
    BOOST_TEST(challenge("crm", denial{reason::store_unavailable}).empty());
    BOOST_TEST(challenge("crm", denial{reason::store_unavailable}, "contacts:write").empty());
}

BOOST_AUTO_TEST_CASE(cannot_be_split_by_its_realm_or_its_scope) {
    const credential_error missing{credential_errc::missing, ""};
    BOOST_TEST(challenge("a\"b\\c\r\nX: y", missing) == "Bearer realm=\"a\\\"b\\\\cX: y\"");
    BOOST_TEST(challenge("\"", missing) == "Bearer realm=\"\\\"\"");
    BOOST_TEST(challenge("\\", missing) == "Bearer realm=\"\\\\\"");
    BOOST_TEST(challenge(std::string_view{"a\0b\x7f\tc", 6}, missing) == "Bearer realm=\"abc\"");
    BOOST_TEST(challenge("Zo\xc3\xab", missing) == "Bearer realm=\"Zo\xc3\xab\"");  // obs-text: opaque, and allowed
    BOOST_TEST(challenge("crm", denial{reason::missing_scope}, "a\", error=\"x\r\n") ==
               "Bearer realm=\"crm\", error=\"insufficient_scope\", scope=\"a\\\", error=\\\"x\"");
}

BOOST_AUTO_TEST_SUITE_END()

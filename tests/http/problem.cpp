// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/problem.hpp>

#include <shearline/error.hpp>

#include "support.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace shearline;

constexpr const char* replacement = "\xef\xbf\xbd";

struct byte_range {
    unsigned char least, greatest;
};

/// The length of the UTF-8 character at a position, or 0: the ABNF of RFC 3629 §4, row by row.
std::size_t utf8_by_the_rfc(std::string_view text, std::size_t at) {
    constexpr byte_range tail{0x80, 0xbf};
    static const std::vector<std::vector<byte_range>> rows{
        {{0x00, 0x7f}},
        {{0xc2, 0xdf}, tail},
        {{0xe0, 0xe0}, {0xa0, 0xbf}, tail},
        {{0xe1, 0xec}, tail, tail},
        {{0xed, 0xed}, {0x80, 0x9f}, tail},
        {{0xee, 0xef}, tail, tail},
        {{0xf0, 0xf0}, {0x90, 0xbf}, tail, tail},
        {{0xf1, 0xf3}, tail, tail, tail},
        {{0xf4, 0xf4}, {0x80, 0x8f}, tail, tail},
    };
    for (const auto& row : rows) {
        bool matches = at + row.size() <= text.size();
        for (std::size_t i = 0; matches && i < row.size(); ++i) {
            const auto byte = static_cast<unsigned char>(text[at + i]);
            matches = byte >= row[i].least && byte <= row[i].greatest;
        }
        if (matches) return row.size();
    }
    return 0;
}

std::string repaired(std::string_view text) {
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_by_the_rfc(text, at);
        made += length == 0 ? replacement : text.substr(at, length);
        at += length == 0 ? 1 : length;
    }
    return made;
}

std::string body_with(std::string_view detail) { return to_json({.status = 400, .title = "t", .detail = detail}); }

/// The text after "detail", as written in the body.
std::string spelled(std::string_view detail) {
    const std::string body = body_with(detail);
    const std::size_t at = body.find("\"detail\":") + 9;
    return body.substr(at, body.size() - 1 - at);
}

/// Whether a strict parser reads the original text from the body, with invalid UTF-8 replaced.
bool survives(std::string_view detail) {
    boost::system::error_code failure;
    const boost::json::value read = boost::json::parse(body_with(detail), failure);
    return !failure && std::string_view{read.at("detail").as_string()} == repaired(detail);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_problem)

BOOST_AUTO_TEST_CASE(has_the_members_of_rfc_9457) {
    BOOST_TEST(to_json({.status = 404, .title = "Not Found"}) ==
               R"({"type":"about:blank","title":"Not Found","status":404})");
    BOOST_TEST(to_json({.status = 409,
                        .title = "Conflict",
                        .detail = "d",
                        .type = "https://example.com/taken",
                        .instance = "/contacts/7"}) ==
               R"({"type":"https://example.com/taken","title":"Conflict","status":409,"detail":"d",)"
               R"("instance":"/contacts/7"})");
    BOOST_TEST(problem_media_type == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(of_a_denial_tells_the_face_and_never_the_reason) {
    for (const reason_row& row : reason_table) {
        const std::string body = to_json(problem_of(denial{row.why}));
        BOOST_TEST(body.find(row.name) == std::string::npos, body);
        BOOST_TEST(boost::json::parse(body).at("status").to_number<unsigned>() == status_of(row.face));
        for (const reason_row& other : reason_table)
            BOOST_TEST((body == to_json(problem_of(denial{other.why}))) == (row.face == other.face),
                       row.name << " and " << other.name);
    }
    BOOST_TEST(to_json(problem_of(denial{reason::revoked})) ==
               R"({"type":"about:blank","title":"Unauthorized","status":401,"detail":"the API key is not valid"})");
}

BOOST_AUTO_TEST_CASE(of_a_face_is_of_its_status_and_of_one_that_is_none_the_worst) {
    for (const face shown : {face::invalid_key, face::not_allowed, face::limited, face::unavailable})
        BOOST_TEST(problem_of(shown).status == status_of(shown));
    BOOST_TEST(problem_of(face::limited).title == "Too Many Requests");
    volatile int nothing = 99;
    BOOST_TEST(problem_of(static_cast<face>(nothing + 0)).title == "Service Unavailable");
}

BOOST_AUTO_TEST_CASE(of_an_unreadable_credential_says_what_is_wrong_with_it) {
    BOOST_TEST(to_json(problem_of(credential_error{credential_errc::missing, "Authorization"})) ==
               R"({"type":"about:blank","title":"Unauthorized","status":401,)"
               R"("detail":"the request carries no API key"})");
    for (const auto code : {credential_errc::repeated, credential_errc::malformed, credential_errc::too_long,
                            credential_errc::in_url, credential_errc::unsupported_scheme}) {
        const problem told = problem_of(credential_error{code, "Authorization"});
        BOOST_TEST(told.status == 400U);
        BOOST_TEST(told.title == "Bad Request");
        BOOST_TEST(told.detail == to_string(code));
    }
}

BOOST_AUTO_TEST_CASE(of_an_error_tells_its_kind_and_never_its_context) {
    for (int number = 1; number <= static_cast<int>(errc::in_doubt); ++number) {
        const auto code = static_cast<errc>(number);
        const error wrong{code, "/srv/keys.db: page 7"};
        const problem told = problem_of(wrong);
        const std::string body = to_json(told);
        BOOST_TEST_CONTEXT(to_string(code)) {
            BOOST_TEST(told.status == status_of(code));
            BOOST_TEST(!told.detail.empty());
            BOOST_TEST(body.find("keys.db") == std::string::npos);
            // What the owner of the server has to look at looks the same to a client.
            if (told.status == 500 && code != errc::in_doubt)
                BOOST_TEST(body == to_json(problem_of(error{errc::corrupt, ""})));
        }
    }
}

BOOST_AUTO_TEST_CASE(escapes_what_json_asks_for_and_nothing_else) {
    BOOST_TEST(spelled("a\"b\\c\n\x01/\x7f") == "\"a\\\"b\\\\c\\u000a\\u0001/\x7f\"");
    BOOST_TEST(spelled(std::string_view{"\0\x1f", 2}) == "\"\\u0000\\u001f\"");
    BOOST_TEST(spelled("Zoë 漢 😀") == "\"Zoë 漢 😀\"");
}

BOOST_AUTO_TEST_CASE(replaces_what_is_not_utf8_byte_by_byte) {
    const std::string bad = replacement;
    BOOST_TEST(spelled("\xff") == '"' + bad + '"');
    BOOST_TEST(spelled("\xc3") == '"' + bad + '"');                      // cut short by the end
    BOOST_TEST(spelled("\xc3\"") == '"' + bad + "\\\"\"");               // cut short, and what cuts it is kept
    BOOST_TEST(spelled("\xc0\xaf") == '"' + bad + bad + '"');            // '/', over-long
    BOOST_TEST(spelled("\xed\xa0\x80") == '"' + bad + bad + bad + '"');  // a surrogate
    BOOST_TEST(spelled("\xf4\x90\x80\x80") == '"' + bad + bad + bad + bad + '"');  // past U+10FFFF
}

BOOST_AUTO_TEST_CASE(is_read_back_whole_by_another_parser) {
    // Every byte that begins or ends a range of RFC 3629 or of JSON. Each text of up to three of them is tried at the
    // end of a body, where a sequence can be cut short; each of four, and each of any two bytes, in front of something
    // else.
    constexpr char edges[] = {'\x00', '\x1f', '\x20', '"',    '\\',   '\x7f', '\x80', '\x8f', '\x90', '\x9f',
                              '\xa0', '\xbf', '\xc0', '\xc1', '\xc2', '\xdf', '\xe0', '\xe1', '\xec', '\xed',
                              '\xee', '\xef', '\xf0', '\xf1', '\xf3', '\xf4', '\xf5', '\xff'};
    const auto check = [](const std::string& text) {
        if (!survives(text)) BOOST_ERROR("is not read back: " << spelled(text));
    };
    std::string pairs;
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second)
            pairs += {static_cast<char>(first), static_cast<char>(second), '|'};
    check(pairs);
    for (const char a : edges) {
        check({a});
        for (const char b : edges) {
            check({a, b});
            for (const char c : edges) {
                check({a, b, c});
                std::string fours;
                for (const char d : edges) fours += {a, b, c, d, '|'};
                check(fours);
            }
        }
    }
    for (const std::string& text :
         {mebibyte_of("\""), mebibyte_of("\xff"), mebibyte_of("\xf0\x9f\x98"), mebibyte_of("漢")})
        check(text);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/credential_source.hpp>

#include "../support/allocations.hpp"
#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace shearline;
using fields = std::vector<header_field>;
using namespace std::string_literals;

result<std::string_view, credential_error> find(const fields& in, other_schemes others = other_schemes::refuse) {
    return find_credential<instance>(in, "/contacts?page=1", others);
}

/// The credential of a request, or the text of its error.
std::string_view outcome(const fields& in, other_schemes others = other_schemes::refuse) {
    const auto found = find(in, others);
    return found ? *found : to_string(found.error().code);
}

constexpr std::string_view missing = to_string(credential_errc::missing);
constexpr std::string_view repeated = to_string(credential_errc::repeated);
constexpr std::string_view malformed = to_string(credential_errc::malformed);
constexpr std::string_view too_long = to_string(credential_errc::too_long);
constexpr std::string_view in_url = to_string(credential_errc::in_url);
constexpr std::string_view unsupported = to_string(credential_errc::unsupported_scheme);

const std::initializer_list<std::string> values_of_other_schemes{
    "Basic dTpw",      "basic dTpw", "Digest username=\"a\", realm=\"b\"",
    "Negotiate abc==", "Token abc",  "AWS4-HMAC-SHA256 a=b",
    "Bearerx abc",     "Basic a\tb", "Basic a, Bearer b"};

}  // namespace

BOOST_AUTO_TEST_SUITE(the_credential_of_a_request)

BOOST_AUTO_TEST_CASE(is_found_in_each_of_three_places) {
    for (const std::string& name : {"Authorization"s, "authorization"s, "AUTHORIZATION"s, "X-API-Key"s, "x-api-KEY"s}) {
        for (const std::string& value : {key(), " " + key(), key() + "\t", " \t " + key() + " \t "}) {
            BOOST_TEST(outcome({{name, value}}) == key(), name << ": " << value);
            BOOST_TEST(outcome({{"Host", "a"}, {name, value}, {"Accept", "*/*"}}) == key(), name << ": " << value);
        }
    }
    for (const std::string& scheme : {"Bearer "s, "bearer "s, "BEARER "s, "bEaReR    "s, " \tBearer "s})
        for (const std::string& after : {""s, " "s, "\t"s, " \t "s})
            BOOST_TEST(outcome({{"Authorization", scheme + key() + after}}) == key(), scheme);
}

BOOST_AUTO_TEST_CASE(is_a_view_into_the_field) {
    const std::string value = "Bearer " + key();
    const fields in{{"Authorization", value}};
    const auto found = find(in);
    BOOST_REQUIRE(found);
    BOOST_TEST(static_cast<const void*>(found->data()) == static_cast<const void*>(value.data() + 7));
}

BOOST_AUTO_TEST_CASE(is_any_token68_and_need_not_be_a_key) {
    for (const std::string& value : {"a"s, "instance_wrong"s, "abc.DEF-1_~+/"s, "dTpw=="s}) {
        BOOST_TEST(outcome({{"Authorization", value}}) == value);
        BOOST_TEST(outcome({{"Authorization", "Bearer " + value}}) == value);
        BOOST_TEST(outcome({{"X-API-Key", value}}) == value);
    }
}

BOOST_AUTO_TEST_CASE(is_missing_where_no_field_carries_one) {
    BOOST_TEST(outcome({}) == missing);
    BOOST_TEST(outcome({{"Host", "a"}, {"Cookie", key()}, {"Proxy-Authorization", key()}, {"", key()}}) == missing);
    for (const char* as_long : {"Authorizatiom", "Buthorization", "X-API-Kez", "Y_API_Key", "X-APIaKey", "X-AP0-Key"})
        BOOST_TEST(outcome({{as_long, key()}}) == missing, as_long);
    for (const std::string_view name : {"Authorizatio", "Authorizations", "X-API-Keys", "API-Key", "XAPIKey"})
        BOOST_TEST(outcome({{name, key()}}) == missing, name);
}

BOOST_AUTO_TEST_CASE(answers_401_where_none_was_presented_and_400_where_one_was) {
    for (const auto code : {credential_errc::repeated, credential_errc::malformed, credential_errc::too_long,
                            credential_errc::in_url, credential_errc::unsupported_scheme})
        BOOST_TEST((credential_error{code, "Authorization"}.status()) == 400U);
    BOOST_TEST((credential_error{credential_errc::missing, "Authorization"}.status()) == 401U);
}

BOOST_AUTO_TEST_CASE(is_refused_where_a_second_field_carries_one_even_an_equal_one) {
    const std::string bearer = "Bearer " + key();
    for (const fields& in : {
             fields{{"Authorization", key()}, {"Authorization", key()}},
             fields{{"Authorization", key()}, {"authorization", bearer}},
             fields{{"Authorization", bearer}, {"X-API-Key", key()}},
             fields{{"X-API-Key", key()}, {"x-api-key", key()}},
             fields{{"X-API-Key", key()}, {"Host", "a"}, {"authorization", bearer}},
             fields{{"X-API-Key", key()}, {"Authorization", "other"}},
         }) {
        for (const other_schemes others : {other_schemes::refuse, other_schemes::ignore})
            BOOST_TEST(outcome(in, others) == repeated);
        for (const header_field& alone : in)
            if (alone.name != "Host") BOOST_TEST(bool{find({alone})});  // each by itself is good
    }
    BOOST_TEST(outcome({{"X-API-Key", key()}, {"Authorization", ""}}) == malformed);
    BOOST_TEST(outcome({{"Authorization", "Bearer"}, {"X-API-Key", key()}}) == malformed);
}

BOOST_AUTO_TEST_CASE(is_refused_in_a_field_whose_name_somebody_may_take_for_the_header) {
    for (const std::string_view name :
         {"X_API_Key", "x_api_key", "X-API_Key", "X.API.Key", "X API Key", "X-API-Key ", " X-API-Key", "X-API-Key\t"}) {
        for (const fields& in : {fields{{name, key()}}, fields{{name, ""}}, fields{{"X-API-Key", key()}, {name, "a"}},
                                 fields{{name, "a"}, {"Authorization", key()}}}) {
            const auto found = find(in);
            BOOST_TEST(!found, name);
        }
        BOOST_TEST(outcome({{name, key()}}) == malformed, name);
    }
    BOOST_TEST(outcome({{"Authorization ", key()}}) == malformed);
}

BOOST_AUTO_TEST_CASE(is_refused_where_it_is_no_single_word) {
    for (const std::string& value : {
             ""s,
             " "s,
             "\t"s,
             "="s,
             key() + "," + key(),
             key() + ", x",
             key() + ", " + key(),
             key() + ",",
             "," + key(),
             "\"" + key() + "\"",
             key() + ";a=b",
             "a=b"s,
             key() + "\r\n " + key(),
             key() + "\r\n\t" + key(),
             key() + "\n",
             key() + "\r",
             "\n" + key(),
             key() + "\t" + key(),
             key() + "\0"s,
             "\0"s + key(),
             "a\0b"s,
             "\x7f"s,
             key() + "\x80",
             "\xc3\xa9" + key(),
             "\xff"s,
             "\xa0" + key(),
             "\xe2\x80\x8b" + key(),
             "\x1b[31m" + key(),
             "(" + key() + ")",
             "%20" + key(),
         }) {
        BOOST_TEST(outcome({{"Authorization", value}}) == malformed, value);
        BOOST_TEST(outcome({{"Authorization", "Bearer " + value}}) == malformed, value);
        BOOST_TEST(outcome({{"X-API-Key", value}}) == malformed, value);
        for (const std::string& scheme : values_of_other_schemes)  // nor is such a value ever ignored
            BOOST_TEST(!find({{"Authorization", scheme}, {"X-API-Key", value}}, other_schemes::ignore), value);
    }
    for (const std::string& value : {"Bearer"s, "bearer "s, "Bearer\t" + key(), "Bearer \t" + key(),
                                     "Bearer " + key() + " " + key(), "Bearer Bearer " + key(), "B\xe9rer " + key(),
                                     "Bearer: " + key(), key() + ", Bearer " + key(), " Bearer\r\n " + key()})
        BOOST_TEST(outcome({{"Authorization", value}}) == malformed, value);
    BOOST_TEST(outcome({{"X-API-Key", "Bearer " + key()}}) == malformed);
    BOOST_TEST(outcome({{"X-API-Key", key() + " " + key()}}) == malformed);
}

BOOST_AUTO_TEST_CASE(holds_no_byte_that_token68_does_not) {
    constexpr std::string_view token68 =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~+/";  // RFC 9110 §11.2
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool belongs = token68.find(c) != std::string_view::npos;
        const std::string inside = "a"s + c + "b";
        for (const std::string& scheme : {""s, "Bearer "s})
            BOOST_TEST(bool{find({{"Authorization", scheme + inside}})} == belongs, byte);
        BOOST_TEST(bool{find({{"X-API-Key", inside}})} == belongs, byte);
        const bool strippable = c == ' ' || c == '\t' || c == '=';  // at an end: OWS, padding
        BOOST_TEST(bool{find({{"X-API-Key", "ab"s + c}})} == (belongs || strippable), byte);
    }
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_scheme_is_another) {
    for (const std::string& value : values_of_other_schemes) {
        BOOST_TEST(outcome({{"Authorization", value}}) == unsupported, value);
        BOOST_TEST(outcome({{"Authorization", value}, {"X-API-Key", key()}}) == unsupported, value);
        BOOST_TEST(outcome({{"X-API-Key", key()}, {"Authorization", value}}) == unsupported, value);
    }
}

BOOST_AUTO_TEST_CASE(is_found_beside_another_scheme_where_the_policy_is_to_ignore_that) {
    constexpr auto ignore = other_schemes::ignore;
    for (const std::string& value : values_of_other_schemes) {
        BOOST_TEST(outcome({{"Authorization", value}, {"X-API-Key", key()}}, ignore) == key(), value);
        BOOST_TEST(outcome({{"X-API-Key", key()}, {"Authorization", value}}, ignore) == key(), value);
        BOOST_TEST(outcome({{"Authorization", value}}, ignore) == unsupported, value);
        BOOST_TEST(outcome({{"Authorization", value}, {"Authorization", value}, {"X-API-Key", key()}}, ignore) ==
                   repeated);
        BOOST_TEST(outcome({{"Authorization", value}, {"Authorization", key()}}, ignore) == repeated, value);
        for (const char hidden : {'\0', '\r', '\n', '\x7f', '\xff'})
            BOOST_TEST(outcome({{"Authorization", value + hidden + "a"}, {"X-API-Key", key()}}, ignore) == malformed);
        for (const std::string& joined : {value + ", Bearer " + key(), value + "," + key(), value + " " + key()})
            BOOST_TEST(outcome({{"Authorization", joined}, {"X-API-Key", key()}}, ignore) == unsupported, joined);
    }
    BOOST_TEST(outcome({{"Authorization", key() + " " + key()}, {"X-API-Key", key()}}, ignore) == unsupported);
    BOOST_TEST(outcome({{"Authorization", "Negotiate " + std::string(20'000, 'a')}, {"X-API-Key", key()}}, ignore) ==
               key());  // a ticket may be long
}

BOOST_AUTO_TEST_CASE(may_have_512_characters_and_no_more) {
    const std::string longest(max_credential_chars, 'a');
    static_assert(max_credential_chars == 512);
    for (const std::string& before : {""s, "Bearer "s, "Bearer          "s}) {
        BOOST_TEST(outcome({{"Authorization", before + longest + "  "}}) == longest);
        BOOST_TEST(outcome({{"Authorization", before + longest + "a"}}) == too_long);
    }
    BOOST_TEST(outcome({{"X-API-Key", longest}}) == longest);
    BOOST_TEST(outcome({{"X-API-Key", longest + "="}}) == too_long);
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_url_holds_one_whatever_the_fields_hold) {
    for (const std::string& target : {"/?api_key=a"s, "/" + key()})
        for (const fields& in : {fields{}, fields{{"X-API-Key", key()}}, fields{{"Authorization", "Basic a"}}}) {
            const auto found = find_credential<instance>(in, target);
            BOOST_REQUIRE(!found);
            BOOST_TEST(to_string(found.error().code) == in_url);
            BOOST_TEST(found.error().field == "request target");
        }
}

BOOST_AUTO_TEST_CASE(is_refused_with_a_field_name_of_ours_and_nothing_of_the_request) {
    const std::string broken = key() + "\n";
    for (const fields& in : {fields{}, fields{{"aUTHORIZATION", broken}}, fields{{"authorization", "Basic a"}}})
        BOOST_TEST(find(in).error().field == "Authorization");
    for (const fields& in : {fields{{"x_api_key", key()}}, fields{{"x-api-key", std::string_view{}}},
                             fields{{"authorization", key()}, {"x-api-key", key()}}})
        BOOST_TEST(find(in).error().field == "X-API-Key");
}

BOOST_AUTO_TEST_CASE(is_read_in_a_constant_expression) {
    static constexpr header_field bearer[] = {{"Authorization", "Bearer abc"}};
    static_assert(*find_credential<instance>(bearer, "/") == "abc");
    BOOST_TEST(*find_credential<instance>(bearer, "/") == "abc");  // and as it is at run time
    static_assert(find_credential<instance>(bearer, "/?key=abc").error().code == credential_errc::in_url);
}

BOOST_AUTO_TEST_CASE(is_looked_for_in_a_mebibyte_of_anything_without_an_allocation) {
    struct hostile {
        std::string name, value;
        std::string_view expected;
    };
    std::vector<hostile> table;
    for (const char* name : {"Authorization", "X-API-Key"}) {
        for (const std::string& piece : {"a"s, "Bearer"s, "instance_"s, key(), "="s})
            table.push_back({name, mebibyte_of(piece), too_long});
        for (const std::string& piece : {" "s, "\t"s, " \t"s, "\0"s, "\xff"s, "\r\n "s})
            table.push_back({name, mebibyte_of(piece), malformed});
        table.push_back({name, mebibyte_of(" ") + key() + mebibyte_of("\t"), key()});
        table.push_back({name, mebibyte_of("a") + "\n", malformed});
    }
    table.push_back({"Authorization", "Bearer " + mebibyte_of("a"), too_long});
    table.push_back({"Authorization", "Bearer" + mebibyte_of(" ") + key(), key()});
    table.push_back({"Authorization", mebibyte_of("Bearer "), too_long});
    table.push_back({"Authorization", mebibyte_of(", "), malformed});
    table.push_back({"X-API-Key", mebibyte_of(", "), too_long});
    table.push_back({"Authorization", "Basic " + mebibyte_of("instance_"), unsupported});
    table.push_back({"Authorization", mebibyte_of("a") + " b", unsupported});
    for (const std::string& piece : {"a"s, "-"s, " "s, "_"s, "Authorization"s})
        table.push_back({mebibyte_of(piece), key(), missing});
    table.push_back({mebibyte_of(" ") + "Authorization" + mebibyte_of("\t"), key(), malformed});

    for (const hostile& row : table) {
        const fields in{{row.name, row.value}};
        const std::size_t before = support::allocations();
        const std::string_view refused = outcome(in, other_schemes::refuse);
        const std::string_view ignored = outcome(in, other_schemes::ignore);
        const std::size_t after = support::allocations();
        const std::string shown = row.name.substr(0, 20) + ": " + row.value.substr(0, 40);
        BOOST_TEST(after == before, shown);
        BOOST_TEST(refused == row.expected, shown);
        BOOST_TEST(ignored == row.expected, shown);
    }

    fields many(std::size_t{1} << 16U, header_field{"Host", "a"});
    BOOST_TEST(outcome(many) == missing);
    many.push_back({"X-API-Key", key()});
    BOOST_TEST(outcome(many) == key());
    many.insert(many.begin(), {"Authorization", key()});
    BOOST_TEST(outcome(many) == repeated);

    const std::size_t before = support::allocations();
    delete new int{1};
    BOOST_TEST(support::allocations() > before);  // the count does count
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/key_in_url.hpp>

#include "../support/allocations.hpp"
#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace shearline;
using namespace std::string_literals;

/// Writes every `step`-th character as `%xx`.
std::string percent_encoded(const std::string& text, const char* digits, std::size_t step = 1) {
    std::string encoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        encoded += i % step != 0 ? std::string{text[i]} : "%"s + digits[byte >> 4U] + digits[byte & 15U];
    }
    return encoded;
}

constexpr const char* lower_digits = "0123456789abcdef";
constexpr const char* upper_digits = "0123456789ABCDEF";

}  // namespace

BOOST_AUTO_TEST_SUITE(a_url)

BOOST_AUTO_TEST_CASE(gives_a_key_away_wherever_that_stands) {
    const std::string other = key().back() == '0' ? "1" : "0";
    const std::string mistyped = key().substr(0, key().size() - 1) + other;
    for (const std::string& encoded :
         {key(), percent_encoded(key(), lower_digits), percent_encoded(key(), upper_digits, 2),
          percent_encoded(key(), upper_digits, 9)}) {
        for (const std::string& before : {""s, "/"s, "/contacts?x="s, "/contacts?"s, "/#"s, "http://"s, "/?%"s,
                                          "/?instance_instance_"s, "/?x=instanc"s, "/?a=1&x=Bearer%20"s}) {
            for (const std::string& after : {""s, "/contacts"s, "@host/"s, "&a=b"s, "%"s, "0"s})
                BOOST_TEST(has_key_in_url<instance>(before + encoded + after), before << encoded << after);
        }
    }
    BOOST_TEST(!has_key_in_url<instance>("/?x=" + mistyped));
    BOOST_TEST(!has_key_in_url<instance>("/?x=" + key().substr(0, key().size() - 1)));
    BOOST_TEST(!has_key_in_url<instance>("/?x=" + percent_encoded(percent_encoded(key(), lower_digits), lower_digits)));
    BOOST_TEST(!has_key_in_url<key_format<"other">>("/?x=" + key()));
}

BOOST_AUTO_TEST_CASE(gives_a_key_away_by_the_name_of_a_parameter) {
    for (const std::string& name :
         {"api_key"s,   "apikey"s,     "api-key"s,       "API-KEY"s,       "apiKey"s,       "x-api-key"s,
          "X_Api_Key"s, "key"s,        "KEY"s,           "token"s,         "access_token"s, "accessToken"s,
          "api_token"s, "auth_token"s, "authorization"s, "Authorization"s, "%61pi%5Fkey"s,  "%41PI%5fKEY"s,
          "api_key[]"s, "api+key"s,    "api.key"s,       "%6b%65%79"s}) {
        for (const std::string& before : {"/?"s, "?"s, "/a?b=c&"s, "/?b;"s, "/??"s, "/?&&"s, "http://host/a?b=%26&"s}) {
            for (const std::string& after : {""s, "="s, "=abc"s, "=&b=c"s, "&b"s, ";b"s, "#b"s})
                BOOST_TEST(has_key_in_url<instance>(before + name + after), before << name << after);
        }
        for (const std::string& target :
             {"/" + name, "/" + name + "=abc", "/?q=" + name, "/?q=a=" + name, "/?x" + name + "x=1"})
            BOOST_TEST(!has_key_in_url<instance>(target), target);
    }
}

BOOST_AUTO_TEST_CASE(gives_nothing_away_that_is_neither) {
    for (const std::string& target : {""s,
                                      "/"s,
                                      "*"s,
                                      "host:443"s,
                                      "/contacts?page=1&per_page=100"s,
                                      "/?"s,
                                      "/?="s,
                                      "/?=key"s,
                                      "/?&"s,
                                      "/?%"s,
                                      "/?a=%"s,
                                      "/?a=%4"s,
                                      "/?a=%zz"s,
                                      "/?a=%4z"s,
                                      "/?%6"s,
                                      "/?ke%"s,
                                      "/?monkey=1"s,
                                      "/?keys=1"s,
                                      "/?next_token=1"s,
                                      "/?ke=y"s,
                                      "/?ke&y"s,
                                      "/?ke%2579"s,
                                      "/?authorizations=1"s,
                                      "/?k\xc3\xa9y=1"s,
                                      "/instance_"s,
                                      "instance_"s,
                                      "/?instance_=instance_"s,
                                      "/?api_ke"s,
                                      "/?a\0key"s})
        BOOST_TEST(!has_key_in_url<instance>(target), target);
}

BOOST_AUTO_TEST_CASE(of_a_mebibyte_is_read_without_an_allocation) {
    for (const std::string& piece :
         {"i"s, "instance_"s, "%69"s, "%69nstance_"s, percent_encoded("instance_", lower_digits), "%"s, "?"s, "&"s,
          "="s, "-"s, "?ke&"s, "&a=b"s, key().substr(0, 57), "\0"s, "\xff"s}) {
        for (const std::string& before : {"/"s, "/?"s}) {
            const std::string harmless = before + mebibyte_of(piece) + "?";
            const std::string leak = harmless + "&key";
            const std::string whole = harmless + key();
            const std::size_t allocated = support::allocations();
            const bool found_none = !has_key_in_url<instance>(harmless);
            const bool found_name = has_key_in_url<instance>(leak);
            const bool found_key = has_key_in_url<instance>(whole);
            const std::size_t afterwards = support::allocations();
            BOOST_TEST(afterwards == allocated);
            BOOST_TEST(found_none, before << piece);
            BOOST_TEST(found_name, before << piece);
            BOOST_TEST(found_key, before << piece);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

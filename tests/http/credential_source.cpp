// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/credential_source.hpp>

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include <shearline/format/key_format.hpp>
#include <shearline/format/render.hpp>

extern std::size_t allocations;  // main.cpp counts them

namespace {

using namespace shearline;
using instance = key_format<"instance">;

const std::string& key() {
    static const std::string text = [] {
        std::string made(instance::chars, '\0');
        std::array<std::uint8_t, instance::secret_chars> digits{1, 2, 3};
        render<instance>(handle{12'345}, digits, std::span<char, instance::chars>{made});
        return made;
    }();
    return text;
}

using fields = std::vector<header_field>;

result<std::string_view, credential_error> find(const fields& in, std::string_view target = "/contacts?page=1",
                                                other_schemes others = other_schemes::refuse) {
    return find_credential<instance>(in, target, others);
}

/// What is wrong with a request; 0 where nothing is.
int wrong_with(const fields& in, std::string_view target = "/", other_schemes others = other_schemes::refuse) {
    const auto found = find(in, target, others);
    return found ? 0 : static_cast<int>(found.error().code);
}

constexpr int missing = static_cast<int>(credential_errc::missing);
constexpr int repeated = static_cast<int>(credential_errc::repeated);
constexpr int malformed = static_cast<int>(credential_errc::malformed);
constexpr int too_long = static_cast<int>(credential_errc::too_long);
constexpr int in_url = static_cast<int>(credential_errc::in_url);
constexpr int unsupported = static_cast<int>(credential_errc::unsupported_scheme);

}  // namespace

BOOST_AUTO_TEST_SUITE(the_credential_of_a_request)

BOOST_AUTO_TEST_CASE(is_found_in_each_of_three_places) {
    for (const fields& in :
         {fields{{"Authorization", key()}}, fields{{"authorization", key()}}, fields{{"X-API-Key", key()}},
          fields{{"x-api-KEY", key()}}, fields{{"Host", "a"}, {"X-Api-Key", key()}, {"Accept", "*/*"}}}) {
        const auto found = find(in);
        BOOST_REQUIRE(found);
        BOOST_TEST(*found == key());
    }
    for (const std::string scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR    "}) {
        const std::string value = " \t" + scheme + key() + " \t ";
        const fields in{{"Authorization", value}};
        const auto found = find(in);
        BOOST_REQUIRE(found);
        BOOST_TEST(*found == key());
    }
}

BOOST_AUTO_TEST_CASE(is_missing_where_no_field_carries_one) {
    BOOST_TEST(wrong_with({}) == missing);
    BOOST_TEST(wrong_with({{"Host", "a"}, {"Cookie", key()}}) == missing);
    BOOST_TEST(find({}).error().status() == 401U);
}

BOOST_AUTO_TEST_CASE(is_refused_where_a_second_field_carries_one_even_an_equal_one) {
    const std::string bearer = "Bearer " + key();
    BOOST_TEST(wrong_with({{"Authorization", key()}, {"Authorization", key()}}) == repeated);
    BOOST_TEST(wrong_with({{"Authorization", bearer}, {"X-API-Key", key()}}) == repeated);
    BOOST_TEST(wrong_with({{"X-API-Key", key()}, {"x-api-key", key()}}) == repeated);
    BOOST_TEST(wrong_with({{"X-API-Key", key()}, {"authorization", bearer}}) == repeated);
    BOOST_TEST(wrong_with({{"X-API-Key", key()}, {"X_API_Key", key()}}) == malformed);
    BOOST_TEST(wrong_with({{"X_Api_Key", key()}}) == malformed);
    BOOST_TEST(find({{"X-API-Key", key()}, {"x-api-key", key()}}).error().status() == 400U);
}

BOOST_AUTO_TEST_CASE(is_refused_where_it_is_no_single_word) {
    for (const std::string& value : {std::string{},
                                     std::string{" "},
                                     std::string{"\t"},
                                     key() + "," + key(),
                                     key() + ", x",
                                     key() + ",",
                                     "\"" + key() + "\"",
                                     key() + ";a=b",
                                     key() + "\r\n " + key(),
                                     key() + "\n",
                                     key() + "\r",
                                     key() + "\t" + key(),
                                     std::string{"a\0b", 3},
                                     std::string{"\x7f"},
                                     "\xc3\xa9" + key(),
                                     std::string{"\xff"},
                                     "\x1b[31m" + key(),
                                     std::string{"Bearer\t"} + key(),
                                     std::string{"Bearer "} + key() + "," + key(),
                                     "Bearer " + key() + " " + key(),
                                     "Bearer Bearer " + key()}) {
        BOOST_TEST(wrong_with({{"Authorization", value}}) == malformed, value);
        if (value.find("Bearer") == std::string::npos)
            BOOST_TEST(wrong_with({{"X-API-Key", value}}) == malformed, value);
    }
    BOOST_TEST(wrong_with({{"X-API-Key", "Bearer " + key()}}) == malformed);
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_scheme_is_another) {
    for (const std::string value :
         {"Basic dTpw", "Digest username=\"a\"", "Negotiate abc", "Token abc", "Bearerx abc"}) {
        BOOST_TEST(wrong_with({{"Authorization", value}}) == unsupported, value);
        BOOST_TEST(wrong_with({{"Authorization", value}, {"X-API-Key", key()}}) == repeated, value);
        BOOST_TEST(wrong_with({{"Authorization", value}, {"X-API-Key", key()}}, "/", other_schemes::ignore) == 0,
                   value);
        BOOST_TEST(wrong_with({{"X-API-Key", key()}, {"Authorization", value}}, "/", other_schemes::ignore) == 0,
                   value);
        BOOST_TEST(wrong_with({{"Authorization", value}}, "/", other_schemes::ignore) == unsupported, value);
        BOOST_TEST(wrong_with({{"Authorization", value}, {"Authorization", "Bearer " + key()}}, "/",
                              other_schemes::ignore) == repeated,
                   value);
    }
    BOOST_TEST(wrong_with({{"Authorization", "Basic a"}, {"Authorization", "Basic a"}, {"X-API-Key", key()}}, "/",
                          other_schemes::ignore) == repeated);
}

BOOST_AUTO_TEST_CASE(may_have_512_characters_and_no_more) {
    BOOST_TEST(wrong_with({{"X-API-Key", std::string(512, 'a')}}) == 0);
    BOOST_TEST(wrong_with({{"X-API-Key", std::string(513, 'a')}}) == too_long);
    BOOST_TEST(wrong_with({{"Authorization", "Bearer " + std::string(std::size_t{1} << 20U, 'a')}}) == too_long);
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_url_holds_one) {
    const fields good{{"Authorization", key()}};
    std::string encoded;
    for (const char c : key()) {
        constexpr std::string_view digits = "0123456789abcdef";
        encoded += '%';
        encoded += digits[static_cast<unsigned char>(c) >> 4U];
        encoded += digits[static_cast<unsigned char>(c) & 15U];
    }
    for (const std::string& target :
         {"/contacts?x=" + key(), "/" + key() + "/contacts", "/contacts?x=" + encoded, "/contacts#" + key(),
          "/contacts?instance_instance_" + key(), "http://" + key() + "@host/", std::string{"/?api_key=abc"},
          std::string{"/?a=b&API-KEY=abc"}, std::string{"/?apikey"}, std::string{"/?access_token=x"},
          std::string{"/?%61pi%5Fkey=x"}, std::string{"/?a=b;x-api-key=x"}, std::string{"/?authorization=Bearer+x"}}) {
        BOOST_TEST(wrong_with(good, target) == in_url, target);
        BOOST_TEST(wrong_with({}, target) == in_url, target);
    }
    for (const std::string& target :
         {std::string{"/"}, std::string{}, std::string{"/contacts?page=1&per_page=100"}, std::string{"/?a=%"},
          std::string{"/?a=%4"}, std::string{"/?monkey=1"}, std::string{"/?q=api_key"}, "/?q=" + key().substr(0, 57),
          std::string{"/instance_"}})
        BOOST_TEST(wrong_with(good, target) == 0, target);
    BOOST_TEST(wrong_with(good, std::string(std::size_t{1} << 20U, 'i')) == 0);
}

BOOST_AUTO_TEST_CASE(is_found_without_an_allocation) {
    const std::string bearer = "Bearer " + key();
    const std::vector<header_field> in{{"Host", "a"}, {"Authorization", bearer}};
    const std::size_t before = allocations;
    const auto found = find_credential<instance>(in, "/contacts?page=1&per_page=100");
    const auto refused = find_credential<instance>({}, "/contacts?api_key=1");
    BOOST_TEST(allocations == before);
    BOOST_TEST(bool{found});
    BOOST_TEST(!refused);
    delete new int{1};
    BOOST_TEST(allocations > before);  // the count does count
}

BOOST_AUTO_TEST_SUITE_END()

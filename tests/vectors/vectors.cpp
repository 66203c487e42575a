// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds the library to every vector of the JSON files beside this.
#define BOOST_TEST_MODULE vectors
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/src.hpp>

#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/secret/compare.hpp>

#include "../support/key_text_printers.hpp"
#include "../support/rules.hpp"

namespace {

using namespace shearline;
namespace json = boost::json;

/// A file of vectors; the folder is the program's first argument.
json::value file(const std::string& name) {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    BOOST_REQUIRE(suite.argc == 2);
    std::ifstream from{std::string{suite.argv[1]} + "/" + name, std::ios::binary};
    BOOST_REQUIRE(from.is_open());
    return json::parse(std::string{std::istreambuf_iterator<char>{from}, {}});
}

std::string text_of(const json::value& value) { return std::string{std::string_view{value.as_string()}}; }

std::string bytes_of_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

/// The member `name`, or the bytes that `name`_hex spells.
std::string bytes_of(const json::object& test, const std::string& name) {
    return test.contains(name) ? text_of(test.at(name)) : bytes_of_hex(text_of(test.at(name + "_hex")));
}

/// Calls `hold(group, test, valid)` for each vector of a file, and counts the invalid ones.
template <typename Hold>
std::size_t each_vector(const std::string& name, Hold hold) {
    const json::value vectors = file(name);
    std::size_t invalid = 0;
    std::int64_t count = 0;
    for (const json::value& group : vectors.at("testGroups").as_array())
        for (const json::value& test : group.at("tests").as_array()) {
            const bool valid = test.at("result").as_string() == "valid";
            invalid += valid ? 0U : 1U;
            ++count;
            BOOST_TEST_CONTEXT(name << " tcId " << test.at("tcId").as_int64() << ": " << text_of(test.at("comment"))) {
                hold(group.as_object(), test.as_object(), valid);
            }
        }
    BOOST_TEST(count == vectors.at("numberOfTests").as_int64());
    return invalid;
}

std::string_view name_of(format_errc code) {
    constexpr std::string_view names[] = {
        "", "wrong_prefix", "wrong_length", "bad_character", "out_of_range", "wrong_checksum"};
    return names[static_cast<std::size_t>(code)];
}

std::string_view name_of(credential_errc code) {
    constexpr std::string_view names[] = {"",         "missing", "repeated",          "malformed",
                                          "too_long", "in_url",  "unsupported_scheme"};
    return names[static_cast<std::size_t>(code)];
}

template <typename Format>
void hold_key(const json::object& test, bool valid) {
    const std::string text = bytes_of(test, "key");
    const auto key = parse<Format>(text);
    BOOST_REQUIRE(static_cast<bool>(key) == valid);
    if (valid) {
        BOOST_TEST(std::to_string(key->handle.value) == text_of(test.at("handle")));
    } else {
        BOOST_TEST(name_of(key.error().code) == text_of(test.at("reason")));
        BOOST_TEST(static_cast<std::int64_t>(key.error().offset) == test.at("offset").as_int64());
    }
}

void hold_request(const json::object& test, bool valid) {
    std::vector<std::string> values;
    std::vector<header_field> fields;
    const json::array& given = test.at("fields").as_array();
    values.reserve(given.size());
    for (const json::value& field : given) {
        values.push_back(bytes_of(field.as_object(), "value"));
        fields.push_back({field.at("name").as_string(), values.back()});
    }
    const std::string target = text_of(test.at("target"));
    const auto found = find_credential<support::instance>(fields, target);
    BOOST_REQUIRE(static_cast<bool>(found) == valid);
    if (valid) {
        BOOST_TEST(*found == text_of(test.at("credential")));
    } else {
        BOOST_TEST(name_of(found.error().code) == text_of(test.at("reason")));
        BOOST_TEST(found.error().field == text_of(test.at("field")));
    }
}

template <typename Hash>
bool has_tag(const json::object& test) {
    const std::string key = bytes_of_hex(text_of(test.at("key")));
    const std::string message = bytes_of_hex(text_of(test.at("msg")));
    const std::string tag = bytes_of_hex(text_of(test.at("tag")));
    BOOST_REQUIRE(key.size() == 32U);
    const digest_bytes mac =
        Hash::mac(Hash::prepare(std::as_bytes(std::span{key}).first<32>()), std::as_bytes(std::span{message}));
    return constant_time_equal(std::span<const std::byte>{mac}, std::as_bytes(std::span{tag}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vectors)

BOOST_AUTO_TEST_CASE(of_keys_hold) {
    const std::size_t invalid = each_vector("key_format.json", [](const auto& group, const auto& test, bool valid) {
        const std::string format = text_of(group.at("format"));
        if (format == "instance") return hold_key<support::instance>(test, valid);
        if (format == "token") return hold_key<support::token>(test, valid);
        BOOST_REQUIRE(format == "seam");
        hold_key<support::seam>(test, valid);
    });
    BOOST_TEST(invalid >= 200U);
}

BOOST_AUTO_TEST_CASE(of_requests_hold) {
    BOOST_TEST(each_vector("request.json",
                           [](const auto&, const auto& test, bool valid) { hold_request(test, valid); }) >= 60U);
}

BOOST_AUTO_TEST_CASE(of_stored_digests_hold) {
    BOOST_TEST(each_vector("stored_digest.json", [](const auto&, const auto& test, bool valid) {
                   const auto read = stored_digest::parse(bytes_of(test, "text"));
                   BOOST_REQUIRE(static_cast<bool>(read) == valid);
                   if (!valid) {
                       BOOST_TEST(read.error().code() == errc::corrupt);
                       return;
                   }
                   BOOST_TEST(read->digest.hash.view() == text_of(test.at("hash")));
                   BOOST_TEST(static_cast<std::int64_t>(read->digest.pepper) == test.at("pepper").as_int64());
                   BOOST_TEST(std::to_string(read->handle.value) == text_of(test.at("handle")));
                   const std::string mac = bytes_of_hex(text_of(test.at("mac")));
                   BOOST_TEST(constant_time_equal(std::span<const std::byte>{read->digest.mac},
                                                  std::as_bytes(std::span{mac})));
               }) >= 40U);
}

BOOST_AUTO_TEST_CASE(of_hmac_sha256_hold_for_each_engine) {
    BOOST_TEST(each_vector("hmac_sha256.json", [](const auto&, const auto& test, bool valid) {
                   BOOST_TEST(has_tag<hmac_sha256>(test) == valid);
                   BOOST_TEST(has_tag<openssl_hmac_sha256>(test) == valid);
               }) >= 30U);
}

BOOST_AUTO_TEST_SUITE_END()

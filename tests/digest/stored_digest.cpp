// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/stored_digest.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../support/printers.hpp"

namespace {

using shearline::digest_bytes;
using shearline::errc;
using shearline::handle;
using shearline::hash_name;
using shearline::read_key_number;
using shearline::stored_digest;

digest_bytes sample_mac() {
    digest_bytes mac;
    for (std::size_t i = 0; i < mac.size(); ++i) mac[i] = static_cast<std::byte>(255 - i * 5);
    return mac;
}

const std::string golden = "$hmac-sha256$k=3$0000000001F$//r18Ovm4dzX0s3Iw765tK+qpaCblpGMh4J9eHNuaWQ";

}  // namespace

BOOST_AUTO_TEST_SUITE(stored_digest_)

BOOST_AUTO_TEST_CASE(is_spelled_as_it_always_was) {  // what stores hold depends on this
    BOOST_TEST((stored_digest{3, sample_mac()}).to_phc(handle{77}) == golden);
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_wrote) {
    for (const std::uint32_t pepper : {1U, 9U, 10U, 4294967295U}) {
        for (const std::uint64_t number : {std::uint64_t{1}, UINT64_MAX}) {
            const auto read = stored_digest::parse(stored_digest{pepper, sample_mac()}.to_phc(handle{number}));
            BOOST_REQUIRE(read);
            BOOST_TEST(read->handle.value == number);
            BOOST_TEST(read->digest.pepper == pepper);
            BOOST_TEST(read->digest.mac == sample_mac());
        }
    }
}

BOOST_AUTO_TEST_CASE(reads_back_the_name_of_any_hash) {
    for (const std::string& name :
         {std::string{"a"}, std::string{"-"}, std::string{"hmac-sha512"}, std::string(32, 'z')}) {
        const std::string spelled = stored_digest{3, sample_mac(), hash_name{name}}.to_phc(handle{77});
        BOOST_TEST(spelled == "$" + name + golden.substr(12));
        const auto read = stored_digest::parse(spelled);
        BOOST_REQUIRE(read);
        BOOST_TEST(read->digest.hash.view() == name);
        BOOST_TEST(read->digest.to_phc(read->handle) == spelled);
    }
    BOOST_TEST(stored_digest{}.hash == hash_name{"hmac-sha256"});
}

BOOST_AUTO_TEST_CASE(every_text_one_character_away_is_another_digest_or_an_error) {
    std::size_t refused = 0;
    std::size_t read_as_another = 0;
    for (std::size_t i = 0; i < golden.size(); ++i) {
        for (int c = 0; c < 256; ++c) {
            std::string changed = golden;
            changed[i] = static_cast<char>(c);
            if (changed == golden) continue;
            const auto read = stored_digest::parse(changed);
            if (!read) {
                BOOST_TEST(read.error().code() == errc::corrupt);
                ++refused;
                continue;
            }
            ++read_as_another;
            BOOST_TEST(read->digest.to_phc(read->handle) == changed);  // one spelling: it writes what it read
        }
    }
    BOOST_TEST(refused > 14000U);
    BOOST_TEST(read_as_another > 2000U);  // other names, other digits in the handle and the digest, eight other peppers
}

BOOST_AUTO_TEST_CASE(refuses_every_other_spelling) {
    const std::string head = "$hmac-sha256$k=";
    const std::string tail = golden.substr(head.size() + 1);
    BOOST_REQUIRE(stored_digest::parse(head + "3" + tail));
    const std::vector<std::string> wrong{
        "",
        "$",
        head,
        golden + "=",
        golden + "\n",
        golden + "$",
        " " + golden,
        golden.substr(1),
        golden.substr(0, golden.size() - 1),
        head + tail,
        head + "0" + tail,
        head + "03" + tail,
        head + "+3" + tail,
        head + "-3" + tail,
        head + " 3" + tail,
        head + "3 " + tail,
        head + "4294967296" + tail,
        head + "9999999999" + tail,
        head + "10000000000" + tail,
        "$HMAC-SHA256$k=3" + tail,
        "$hmac_sha256$k=3" + tail,
        "$$k=3" + tail,
        "$k=3" + tail,
        "$" + std::string(33, 'a') + "$k=3" + tail,
        "$hmac-sha256$$k=3" + tail,
        "$hmac-sha256$K=3" + tail,
        "$hmac-sha256$v=1$k=3" + tail,
        head + "3,t=1" + tail,
        head + "3$00000000000" + golden.substr(golden.size() - 44),  // handle 0
        head + "3$LygHa16AHYG" + golden.substr(golden.size() - 44),  // handle 2^64
        golden.substr(0, golden.size() - 1) + "R",                   // a bit past the digest
        std::string(golden.size(), '$'),
        std::string(1 << 20, 'A'),
    };
    for (const std::string& text : wrong) {
        const auto read = stored_digest::parse(text);
        BOOST_TEST(!read, "'" << text.substr(0, 100) << "'");
    }
    const auto greatest = stored_digest::parse(head + "3$LygHa16AHYF" + golden.substr(golden.size() - 44));
    BOOST_TEST(static_cast<bool>(greatest));  // handle 2^64-1
}

BOOST_AUTO_TEST_CASE(an_error_never_holds_what_was_read) {
    const std::string mac = golden.substr(golden.size() - 43);
    const std::string wrong[] = {golden + std::string(20, '='),               // its length
                                 "$hmac_sha256$k=3$0000000001F$" + mac,       // the name of its hash
                                 "$hmac-sha256$k=3$0000000001F:" + mac,       // a '$'
                                 "$hmac-sha256$k=x$0000000001F$" + mac,       // its pepper
                                 "$hmac-sha256$k=3$00000000000$" + mac,       // its handle
                                 golden.substr(0, golden.size() - 1) + "R"};  // its digest
    for (const std::string& text : wrong) {
        const auto read = stored_digest::parse(text);
        BOOST_REQUIRE(!read);
        const std::string words = read.error().message();
        for (std::size_t i = 0; i + 6 < mac.size(); ++i)
            BOOST_TEST(words.find(mac.substr(i, 6)) == std::string::npos, words);
        BOOST_TEST(words.find("0000000001F") == std::string::npos, words);
    }
}

BOOST_AUTO_TEST_CASE(reads_the_number_of_a_key_in_its_one_spelling) {
    BOOST_TEST(read_key_number("1") == std::optional<std::uint32_t>{1});
    BOOST_TEST(read_key_number("10") == std::optional<std::uint32_t>{10});
    BOOST_TEST(read_key_number("4294967295") == std::optional<std::uint32_t>{4294967295U});
    for (const std::string_view wrong : {"", "0", "01", "+1", "-1", " 1", "1 ", "1a", "0x1", "4294967296",
                                         "18446744073709551617", "99999999999999999999999", "1.0", "\xd9\xa1"}) {
        BOOST_TEST(!read_key_number(wrong), "'" << wrong << "'");
    }
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/credential/credential_id.hpp>

#include <boost/test/unit_test.hpp>
#include <string>

#include "../support/printers.hpp"

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_credential_id)

BOOST_AUTO_TEST_CASE(is_a_version_4_uuid_and_reads_back) {
    const auto id = credential_id::from_random(
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    BOOST_TEST(id.to_string() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    BOOST_TEST(*credential_id::parse(id.to_string()) == id);
    const auto low = credential_id::from_random({});
    BOOST_TEST(low.to_string() == "00000000-0000-4000-8000-000000000000");
    BOOST_TEST(*credential_id::parse(low.to_string()) == low);
    BOOST_TEST(low < id);
}

BOOST_AUTO_TEST_CASE(is_its_16_bytes_as_a_database_keeps_them) {
    const auto id = *credential_id::parse("0123abcd-4567-489a-bcde-f0123456789a");
    const credential_id::bytes_type bytes{0x01, 0x23, 0xab, 0xcd, 0x45, 0x67, 0x48, 0x9a,
                                          0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78, 0x9a};
    BOOST_TEST((id.bytes() == bytes));
    BOOST_TEST(*credential_id::from_bytes(bytes) == id);
    for (const std::size_t part : {std::size_t{6}, std::size_t{8}}) {  // the version, and the variant
        credential_id::bytes_type other = bytes;
        other[part] = static_cast<std::uint8_t>(other[part] ^ 0xc0U);
        BOOST_TEST((credential_id::from_bytes(other).error().code() == errc::invalid_argument));
    }
    BOOST_TEST(!credential_id::from_bytes({}));
}

BOOST_AUTO_TEST_CASE(has_one_spelling) {
    const std::string good = "0123abcd-4567-489a-bcde-f0123456789a";
    BOOST_REQUIRE(credential_id::parse(good));
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == '-' ? '0' : 'g';
        BOOST_TEST(!credential_id::parse(bad), bad);
        bad[i] = '\0';
        BOOST_TEST(!credential_id::parse(bad), bad);
    }
    for (const std::string& bad : {std::string{}, good + "0", good.substr(1), "{" + good + "}",
                                   std::string{"0123ABCD-4567-489a-bcde-f0123456789a"},
                                   std::string{"0123abcd-4567-189a-bcde-f0123456789a"},   // version 1
                                   std::string{"0123abcd-4567-489a-ccde-f0123456789a"}})  // another variant
        BOOST_TEST(!credential_id::parse(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/sha256.hpp>

#include <boost/test/unit_test.hpp>

#include <span>
#include <string>
#include <string_view>

#include "../support/hex.hpp"

using namespace shearline;

BOOST_AUTO_TEST_SUITE(sha256_)

BOOST_AUTO_TEST_CASE(gives_the_digests_of_the_standard) {  // FIPS 180-2, appendix B, and NIST's of the empty message
    const auto of = [](std::string_view message) { return support::hex_of(sha256(std::as_bytes(std::span{message}))); };
    BOOST_TEST(of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(of(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_SUITE_END()

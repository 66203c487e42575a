// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/key_kind.hpp>

#include <boost/test/unit_test.hpp>

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_key_of_a_keyring)

BOOST_AUTO_TEST_CASE(has_the_words_of_the_file) {
    BOOST_TEST(to_string(key_kind::pepper) == "pepper");
    BOOST_TEST(to_string(key_kind::sealing) == "sealing");
    BOOST_TEST(to_string(key_kind::proof) == "proof");
    BOOST_TEST(to_string(static_cast<key_kind>(9)) == "unknown");
    BOOST_TEST(to_string(key_status::current) == "current");
    BOOST_TEST(to_string(key_status::retired) == "retired");
    BOOST_TEST(to_string(key_status::dropped) == "dropped");
    BOOST_TEST(to_string(static_cast<key_status>(9)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/hash_name.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include "../support/in_child.hpp"

using shearline::hash_name;

static_assert(hash_name{"hmac-sha256"} == hash_name{"hmac-sha256"});
static_assert(hash_name{"hmac-sha256"} != hash_name{"hmac-sha25"});

BOOST_AUTO_TEST_SUITE(the_name_of_a_hash)

BOOST_AUTO_TEST_CASE(is_1_to_32_small_letters_digits_and_hyphens) {
    for (const std::string& good :
         {std::string{"a"}, std::string{"-"}, std::string{"hmac-sha256"}, std::string(32, '9')}) {
        const auto name = hash_name::parse(good);
        BOOST_REQUIRE(name.has_value());
        BOOST_TEST(name->view() == good);
    }
    for (int c = 0; c < 256; ++c) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        BOOST_TEST(hash_name::parse(std::string{"x"} + static_cast<char>(c)).has_value() == good);
    }
    BOOST_TEST(!hash_name::parse("").has_value());
    BOOST_TEST(!hash_name::parse(std::string(33, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(ends_the_process_where_it_is_made_of_a_text_that_is_not_one) {
    BOOST_TEST(!support::aborts([] { (void)hash_name{std::string(32, 'a')}; }));
    BOOST_TEST(support::aborts([] { (void)hash_name{std::string(33, 'a')}; }));
    BOOST_TEST(support::aborts([] { (void)hash_name{"SHA"}; }));
}

BOOST_AUTO_TEST_SUITE_END()

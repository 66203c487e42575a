// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Our hashes, rotations, custodies and generators under the harness.
#include <chrono>

#include <shearline/custody/recoverable.hpp>
#include <shearline/custody/show_once.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/rotation/immediate.hpp>
#include <shearline/rotation/overlap.hpp>
#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/custody_conformance.hpp>
#include <shearline/testing/entropy_check.hpp>
#include <shearline/testing/hash_conformance.hpp>
#include <shearline/testing/rotation_conformance.hpp>

#include "../support/rules.hpp"

using namespace shearline;
using namespace shearline::testing;

BOOST_AUTO_TEST_SUITE(policies_of_ours)

BOOST_AUTO_TEST_CASE(hash_every_bit) {
    hold(hash_conformance<hmac_sha256>());
    hold(hash_conformance<openssl_hmac_sha256>());
}

BOOST_AUTO_TEST_CASE(rotate_forward) {
    hold(rotation_conformance<immediate>());
    hold(rotation_conformance<overlap<std::chrono::hours{1}>>());
}

BOOST_AUTO_TEST_CASE(keep_what_they_seal_in_its_place) {
    hold(custody_conformance<recoverable>());
    hold(custody_conformance<show_once>());
}

BOOST_AUTO_TEST_CASE(draw_every_key_alike) {
    hold(entropy_check<support::instance>());
    hold(entropy_check<support::token>());
    hold(entropy_check<support::seam>());
}

BOOST_AUTO_TEST_CASE(know_the_limit_of_chi_square) {
    // The exact values for a chance of 1e-9, from the series of the distribution.
    BOOST_TEST(chi_square_limit(62) == 152.016, boost::test_tools::tolerance(0.01));
    BOOST_TEST(chi_square_limit(58) == 145.848, boost::test_tools::tolerance(0.01));
    BOOST_TEST(chi_square({10, 10, 10}) == 0.0);
    BOOST_TEST(chi_square({20, 10}) == 100.0 / 30, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/testing/bundle_conformance.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/rotation/overlap.hpp>
#include <shearline/testing/boost_test.hpp>

using namespace shearline;
using namespace shearline::testing;

BOOST_AUTO_TEST_SUITE(bundles)

BOOST_AUTO_TEST_CASE(of_the_defaults_keep_their_promises) {
    hold(bundle_conformance<policies<key_format<"instance">>>());
}

BOOST_AUTO_TEST_CASE(with_a_grace_and_texts_that_are_kept_keep_their_promises) {
    hold(bundle_conformance<policies<key_format<"instance">, overlap<std::chrono::hours{24}>, recoverable>>());
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/policies.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <type_traits>

#include <shearline/custody/recoverable.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/rotation/overlap.hpp>

using namespace shearline;
using instance = key_format<"instance">;

BOOST_AUTO_TEST_SUITE(a_bundle_of_policies)

BOOST_AUTO_TEST_CASE(fills_in_what_was_left_out) {
    using bundle = policies<instance>;
    static_assert(std::is_same_v<bundle::format, instance>);
    static_assert(std::is_same_v<bundle::hash, hmac_sha256>);
    static_assert(std::is_same_v<bundle::rotation, immediate>);
    static_assert(std::is_same_v<bundle::custody, show_once>);
}

BOOST_AUTO_TEST_CASE(takes_its_arguments_in_any_order) {
    using day = overlap<std::chrono::hours{24}>;
    using one = policies<instance, openssl_hmac_sha256, day, recoverable>;
    using other = policies<recoverable, day, instance, openssl_hmac_sha256>;
    static_assert(std::is_same_v<one::format, other::format>);
    static_assert(std::is_same_v<one::hash, openssl_hmac_sha256> && std::is_same_v<other::hash, openssl_hmac_sha256>);
    static_assert(std::is_same_v<one::rotation, day> && std::is_same_v<other::rotation, day>);
    static_assert(std::is_same_v<one::custody, recoverable> && std::is_same_v<other::custody, recoverable>);
}

BOOST_AUTO_TEST_SUITE_END()

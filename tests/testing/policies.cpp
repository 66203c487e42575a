// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The library's hashes, rotations, custodies and generators under the harness.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

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
#include "../support/sanitized.hpp"

using namespace shearline;
using namespace shearline::testing;

namespace {

/// Ignores the last bits of long messages.
struct forgetful_hash : hmac_sha256 {
    static digest_bytes mac(const key_state& state, std::span<const std::byte> message) noexcept {
        return hmac_sha256::mac(state, message.first(std::min<std::size_t>(message.size(), 299)));
    }
};

/// Accepts no key that was used.
struct timid {
    static result<void> replace(record& key, timestamp now) {
        if (key.uses > 0) return error{errc::illegal_state, "was used"};
        return immediate::replace(key, now);
    }
};

/// Opens a long box even if its end is missing.
struct hasty : recoverable {
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, const sealed_text& sealed) {
        if (sealed.box.size() > 100 && sealed.box.size() < 200) return secret_text::copy_of("anything");
        return recoverable::open(key, as, sealed);
    }
};

/// The report of one failing case, run again with `suite(name)` as the report says.
template <typename Suite>
void runs_alone(const report& all, Suite suite) {
    constexpr std::string_view how = "; to run it alone: ";
    BOOST_REQUIRE(!all);
    const std::string& first = all.failures().front();
    const std::size_t at = first.find(how);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, first);
    const std::size_t name = first.find('"', at) + 1;
    const report alone = suite(first.substr(name, first.rfind('"') - name));
    BOOST_TEST(!alone);
    BOOST_TEST(alone.failures().front() == first);
    BOOST_TEST(alone.checks() < all.checks());
    BOOST_TEST(alone.controls() == 0U);
    for (const std::string& each : alone.failures())  // nothing else was run
        BOOST_TEST(each.find(first.substr(name, first.rfind('"') - name).substr(0, 14)) != std::string::npos, each);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policies_of_ours)

BOOST_AUTO_TEST_CASE(that_fail_are_told_with_the_case_that_can_be_run_alone) {
    runs_alone(hash_conformance<forgetful_hash>(7),
               [](std::string_view name) { return hash_conformance<forgetful_hash>(7, name); });
    runs_alone(rotation_conformance<timid>(), [](std::string_view name) { return rotation_conformance<timid>(name); });
    runs_alone(custody_conformance<hasty>(), [](std::string_view name) { return custody_conformance<hasty>(name); });
    BOOST_TEST(hash_conformance<forgetful_hash>(7).message().find(
                   "hash_conformance<Hash>(7, \"a message of 300 bytes") != std::string::npos);
}

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
    if (support::sanitized) return;  // 64,000 keys each
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

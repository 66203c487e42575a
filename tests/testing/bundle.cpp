// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/testing/bundle_conformance.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include <shearline/custody/recoverable.hpp>
#include <shearline/custody/show_once.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/rotation/immediate.hpp>
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

BOOST_AUTO_TEST_CASE(have_a_memo_that_tells_texts_and_keys_apart) {
    const report seen = memo_conformance<siphash_memo>();
    hold(seen);
    BOOST_TEST(seen.controls() == 7U);

    struct deaf_to_case : siphash_memo {
        static tag of(const key& with, std::string_view text) noexcept {
            std::string plain{text};
            for (char& c : plain) c = static_cast<char>(c | 0x20);
            return siphash_memo::of(with, plain);
        }
    };
    const report wrong =
        bundle_conformance<policies<key_format<"instance">, hmac_sha256, immediate, show_once, deaf_to_case>>();
    BOOST_TEST(!wrong);
    BOOST_TEST(wrong.message().find("a tag depends on every character: character 1: memo") != std::string::npos,
               wrong.message());
}

BOOST_AUTO_TEST_SUITE_END()

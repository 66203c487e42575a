// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Times functions that handle a secret, with two classes of inputs; prints a line for each function. Not a test: on a
// busy machine the result is inconclusive, and "no evidence" is not a proof.
//
//     timing SECONDS_FOR_EACH
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/digest/memo.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/render.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/testing/timing_policies.hpp>

using namespace shearline;
using namespace shearline::testing;
using format = key_format<"instance">;

int main(int argc, char** argv) {
    if (argc != 2 || std::atof(argv[1]) <= 0) {
        std::fputs("usage: timing SECONDS_FOR_EACH\n", stderr);
        return 2;
    }
    timing_suite suite{std::chrono::milliseconds{static_cast<std::int64_t>(std::atof(argv[1]) * 1'000)}};

    const auto equal = [](const auto& a, const auto& b) { return constant_time_equal(std::span{a}, std::span{b}); };
    add_comparison<32>(suite, "constant_time_equal", equal);
    add_comparison<43>(suite, "constant_time_equal", equal);
    add_comparison<64>(suite, "constant_time_equal", equal);
    add_hash<hmac_sha256>(suite, "HMAC-SHA256 by libsodium");
    add_hash<openssl_hmac_sha256>(suite, "HMAC-SHA256 by OpenSSL");

    const siphash_memo::tag known = siphash_memo::of(siphash_memo::make_key(), "known");
    suite.function(
        "the comparison of memos, right against wrong",
        [&](bool second) {
            const auto other = std::bit_cast<siphash_memo::tag>(equal_or_random<16>(false).a);
            return second ? other : known;
        },
        [&](const siphash_memo::tag& tag) { return siphash_memo::same(tag, known); });
    suite.function(
        "rendering a secret, fixed against random",
        [](bool second) {
            std::array<std::uint8_t, format::secret_chars> digits{};
            const auto drawn = equal_or_random<format::secret_chars>(false).a;
            for (std::size_t i = 0; i < digits.size(); ++i)
                digits[i] = static_cast<std::uint8_t>(second ? std::to_integer<unsigned>(drawn[i]) % 62 : 0U);
            return digits;
        },
        [](const auto& digits) {
            std::array<char, format::chars> text{};
            render<format>(handle{1}, digits, text);
            return text;
        });
    return suite.finish();
}

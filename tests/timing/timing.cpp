// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The times of what meets a secret, over classes of inputs. No test: a machine that is busy says nothing, and one that
// says "no evidence" proves nothing. A line for each function.
//
//     timing SECONDS_FOR_EACH
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/render.hpp>
#include <shearline/mirror/memo.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/testing/timing.hpp>

namespace {

using namespace shearline;
using namespace shearline::testing;
using format = key_format<"instance">;

std::chrono::milliseconds how_long;
bool controls_hold = false;
bool found_leak = false;

void tell(const std::string& name, timing_result seen) {
    if (!controls_hold) seen.verdict = timing_verdict::inconclusive;
    found_leak = found_leak || seen.verdict == timing_verdict::leak;
    std::printf("timing %s: %s (t = %.2f, %llu measurements)%s\n", name.c_str(),
                std::string{to_string(seen.verdict)}.c_str(), seen.t,
                static_cast<unsigned long long>(seen.measurements), controls_hold ? "" : ": the controls failed");
    std::fflush(stdout);
}

template <std::size_t Bytes>
void time_comparison() {
    const auto equal = [](const compared_bytes<Bytes>& of) { return constant_time_equal<Bytes>(of.a, of.b); };
    const std::string name = "constant_time_equal of " + std::to_string(Bytes) + " bytes";
    tell(name + ", equal against random", measure_timing(how_long, equal_or_random<Bytes>, equal));
    tell(name + ", first byte against last", measure_timing(how_long, first_or_last<Bytes>, equal));
}

/// A message of zeros against random ones, under one key; and one message under a key of zeros against random keys.
template <typename Hash>
void time_hash(const std::string& name) {
    const auto state = Hash::prepare(std::array<std::byte, 32>{});
    const auto either = [](bool second) {
        const auto made = equal_or_random<52>(true);
        return second ? made.b : std::array<std::byte, 52>{};
    };
    tell(name + ", message fixed against random",
         measure_timing(how_long, either, [&](const auto& message) { return Hash::mac(state, message); }));
    const auto states = [](bool second) {
        const auto made = equal_or_random<32>(true);
        return Hash::prepare(second ? made.b : std::array<std::byte, 32>{});
    };
    tell(name + ", key fixed against random", measure_timing(how_long, states, [](const auto& under) {
             return Hash::mac(under, std::array<std::byte, 52>{});
         }));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || std::atof(argv[1]) <= 0) {
        std::fputs("usage: timing SECONDS_FOR_EACH\n", stderr);
        return 2;
    }
    how_long = std::chrono::milliseconds{static_cast<std::int64_t>(std::atof(argv[1]) * 1'000)};
    timing_result same;
    timing_result early;
    controls_hold = timing_controls_hold(how_long, &same, &early);
    std::printf(
        "control, the same against itself: %s (t = %.2f)\ncontrol, a comparison that ends early: %s (t = %.2f)\n",
        std::string{to_string(same.verdict)}.c_str(), same.t, std::string{to_string(early.verdict)}.c_str(), early.t);

    time_comparison<32>();
    time_comparison<43>();
    time_comparison<64>();
    time_hash<hmac_sha256>("HMAC-SHA256 by libsodium");
    time_hash<openssl_hmac_sha256>("HMAC-SHA256 by OpenSSL");
    const siphash_memo::key key = siphash_memo::make_key();
    const siphash_memo::tag known = siphash_memo::of(key, "known");
    tell("the comparison of memos, right against wrong",
         measure_timing(
             how_long,
             [&](bool second) {
                 const auto other = std::bit_cast<siphash_memo::tag>(equal_or_random<16>(true).b);
                 return second ? other : known;
             },
             [&](const siphash_memo::tag& tag) { return siphash_memo::same(tag, known); }));
    tell("rendering a secret, fixed against random",
         measure_timing(
             how_long,
             [](bool second) {
                 std::array<std::uint8_t, format::secret_chars> digits{};
                 const auto drawn = equal_or_random<32>(true).b;
                 for (std::size_t i = 0; i < digits.size(); ++i)
                     digits[i] = static_cast<std::uint8_t>(second ? std::to_integer<unsigned>(drawn[i]) % 62 : 0U);
                 return digits;
             },
             [](const auto& digits) {
                 std::array<char, format::chars> text{};
                 render<format>(handle{1}, digits, text);
                 return text;
             }));
    return found_leak ? 1 : 0;
}

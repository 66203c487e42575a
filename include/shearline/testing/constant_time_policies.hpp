// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Cases for constant_time.hpp: comparisons, hashes and generators of any kind, and the controls.
// Depends on testing/constant_time.hpp and layers 1 and 2; never on one policy.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <shearline/format/parse.hpp>
#include <shearline/generate.hpp>
#include <shearline/testing/constant_time.hpp>
#include <shearline/testing/detail/leaks.hpp>

namespace shearline::inline v0_1::testing {

/// Tests `equal(a, b) -> bool` on arrays of `Bytes` bytes.
///
/// Example:
///     shearline::testing::constant_time_suite suite;
///     const auto same = [](const auto& a, const auto& b) { return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == std::byte{0}; };
///     shearline::testing::add_comparison<2>(suite, "my comparison", same);
///     shearline::testing::add_constant_time_controls(suite);
///     const int exit_status = suite.finish();
template <std::size_t Bytes, typename Equal>
void add_comparison(constant_time_suite& suite, std::string_view name, Equal equal) {
    suite.function(std::string{name} + " of " + std::to_string(Bytes) + " bytes",
                   [equal] { return detail::compares<Bytes>(equal); });
}

/// Tests a hash policy. Key and message are secret, and so is what `prepare` computes from the key.
template <typename Hash>
void add_hash(constant_time_suite& suite, std::string_view name) {
    suite.function(name, [] {
        auto key = detail::sample_bytes<32>();
        secret(key);
        const auto state = Hash::prepare(key);
        auto message = detail::sample_bytes<300>();
        secret(message);
        for (const std::size_t length : {std::size_t{0}, std::size_t{52}, std::size_t{64}, message.size()}) {
            const digest_bytes mac = Hash::mac(state, std::span{message}.first(length));
            if (declassified(mac) == digest_bytes{}) return false;
        }
        return true;
    });
}

/// Tests the generation of a key with a secret: digits, text and checksum.
template <typename Format>
void add_generator(constant_time_suite& suite, std::string_view name) {
    suite.function(name, [] {
        detail::secret_entropy<0x1f> entropy;
        const auto fresh = generate<Format>(entropy);
        if (!fresh) return false;
        const std::string_view text = fresh->text.reveal(unsafe_reveal);
        declassify(text.data(), text.size());
        return static_cast<bool>(parse<Format>(text));
    });
}

/// Adds the negative controls: leaks that occurred in real code, each of which must be detected.
inline void add_constant_time_controls(constant_time_suite& suite) { detail::add_leaks(suite); }

}  // namespace shearline::inline v0_1::testing

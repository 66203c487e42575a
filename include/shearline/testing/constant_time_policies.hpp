// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The cases of constant_time.hpp for comparisons, hashes, encoders and generators of any kind, and the controls.
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

/// `equal(a, b) -> bool` over arrays of `Bytes` bytes.
template <std::size_t Bytes, typename Equal>
void add_comparison(constant_time_suite& suite, std::string_view name, Equal equal) {
    suite.function(std::string{name} + " of " + std::to_string(Bytes) + " bytes",
                   [equal] { return detail::compares<Bytes>(equal); });
}

/// A hash policy: the key and the message are secret, and so is of the prepared state what comes of the key.
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

/// The generation of a key, its secret secret: the digits, the text, and the checksum over it.
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

/// What is wrong on purpose: each of these has been somebody's, and each must be found out.
inline void add_constant_time_controls(constant_time_suite& suite) { detail::add_leaks(suite); }

}  // namespace shearline::inline v0_1::testing

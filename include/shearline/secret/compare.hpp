// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The one comparison of secrets, digests and tokens.
// Depends on libsodium; never on another definition of ours.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Whether two byte strings are equal. Constant-time in their content: every byte is looked at, whatever differs. Their
/// lengths are not secret: spans of dynamic extent and of different sizes are unequal at once.
///
/// Linear in the length; thread-safe. Write the length where it is known: `constant_time_equal<32>(mac, expected)`.
template <std::size_t Bytes = std::dynamic_extent>
[[nodiscard]] bool constant_time_equal(std::span<const std::byte, Bytes> a,
                                       std::span<const std::byte, Bytes> b) noexcept {
    const auto* const x = reinterpret_cast<const unsigned char*>(a.data());
    const auto* const y = reinterpret_cast<const unsigned char*>(b.data());
    if constexpr (Bytes == 16) {
        return ::crypto_verify_16(x, y) == 0;
    } else if constexpr (Bytes == 32) {
        return ::crypto_verify_32(x, y) == 0;
    } else if constexpr (Bytes == 64) {
        return ::crypto_verify_64(x, y) == 0;
    } else {
        if (a.size() != b.size()) return false;
        return ::sodium_memcmp(x, y, a.size()) == 0;  // joined by &&, an unoptimised build would branch on the answer
    }
}

/// Whether two tags that lie in registers are equal. Constant-time in their content: no branch before the last word,
/// and the compiler is kept from seeing what the words come to. (The functions above read bytes from memory, which
/// waits for words that were only just written there.)
template <std::size_t Words>
[[nodiscard]] inline bool constant_time_equal_words(const std::array<std::uint64_t, Words>& a,
                                                    const std::array<std::uint64_t, Words>& b) noexcept {
    std::uint64_t different = 0;
    for (std::size_t i = 0; i < Words; ++i) {
        different |= a[i] ^ b[i];
        asm volatile("" : "+r"(different));
    }
    return different == 0;
}

}  // namespace shearline::inline v0_1

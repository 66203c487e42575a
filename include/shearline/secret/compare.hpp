// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The comparison of secrets, digests and tokens.
// Depends on libsodium; never on another header of ours.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Whether two byte strings are equal. Constant-time in their content: every byte is read, whichever differs. Lengths
/// are not secret: spans of dynamic extent with different sizes are unequal at once. Linear in the length; thread-safe.
/// If the length is known, write it: `constant_time_equal<32>(mac, expected)`.
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
        return ::sodium_memcmp(x, y, a.size()) == 0;  // with && an unoptimised build would branch on the result
    }
}

/// Whether two tags in registers are equal. Constant-time in their content: there is no branch before the last word,
/// and the intermediate result is hidden from the compiler. Faster here than `constant_time_equal`, which reads from
/// memory and has to wait for words that were just written. Linear in `Words`; thread-safe.
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

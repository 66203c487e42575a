// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Base64 as it is stored: each sequence of bytes has exactly one spelling.
// Depends on libsodium; never on another header of ours.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <span>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// How many characters `bytes` bytes take in base64 without padding: 43 for 32 bytes. O(1).
[[nodiscard]] constexpr std::size_t base64_chars(std::size_t bytes) noexcept { return (bytes * 4 + 2) / 3; }

/// Writes base64 (RFC 4648 §4) without padding, as in PHC strings, and a final NUL (libsodium writes one).
/// Constant-time in the bytes; linear; thread-safe.
template <std::size_t Bytes>
void to_base64(std::span<const std::byte, Bytes> bytes, std::span<char, base64_chars(Bytes) + 1> out) noexcept {
    ::sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), Bytes,
                        sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

/// Reads the spelling that `to_base64` writes, and no other: the exact length, no padding, no space, and zero bits
/// after the last byte. False for any other text; `out` is then unspecified. Constant-time in a valid text; of an
/// invalid one the time shows where it becomes invalid. Linear; thread-safe.
template <std::size_t Bytes>
[[nodiscard]] bool from_base64(std::string_view text, std::span<std::byte, Bytes> out) noexcept {
    if (text.size() != base64_chars(Bytes)) return false;
    // libsodium takes some bytes above 127 for digits.
    unsigned all_bits = 0;
    for (const char c : text) all_bits |= static_cast<unsigned char>(c);
    // It reads the whole text or fails, and so many digits are so many bytes.
    return all_bits < 128 &&
           ::sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), Bytes, text.data(), text.size(), nullptr,
                               nullptr, nullptr, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0;
}

}  // namespace shearline::inline v0_1

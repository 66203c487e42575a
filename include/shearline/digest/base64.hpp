// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Base64 as it is stored: each sequence of bytes has exactly one spelling.
// Depends on format/constant_time.hpp and libsodium; never on another header of ours.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <shearline/format/constant_time.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// Eight characters as one number, a byte each, the first one most significant; and arithmetic on all of them at once.
/// Nothing here branches on a character or looks it up in a table. Never allocates; O(1).
namespace base64_lanes {

/// This byte in each lane.
constexpr std::uint64_t all(unsigned byte) noexcept { return byte * 0x0101'0101'0101'0101U; }

/// The top bit of each lane says whether its character is `first` or greater; the other bits say nothing. Characters
/// must be below 128, so that no lane carries into the next.
constexpr std::uint64_t from(std::uint64_t chars, char first) noexcept {
    return opaque(chars + all(128U - static_cast<unsigned char>(first)));
}

/// The top bit of each lane whose character is one of `first` to `last`.
constexpr std::uint64_t from_to(std::uint64_t chars, char first, char last) noexcept {
    return (from(chars, first) ^ from(chars, static_cast<char>(last + 1))) & all(0x80);
}

/// The seven lower bits of each lane whose top bit is set; the other bits must be zero.
constexpr std::uint64_t filled(std::uint64_t top_bits) noexcept { return top_bits - (top_bits >> 7U); }

/// The 48 bits that eight characters stand for. Sets bits of `wrong` if one of them is not in the alphabet; the value
/// is then unspecified.
constexpr std::uint64_t decode(std::uint64_t chars, std::uint64_t& wrong) noexcept {
    const std::uint64_t ascii = chars & all(0x7f);
    const std::uint64_t upper = from_to(ascii, 'A', 'Z');
    const std::uint64_t lower = from_to(ascii, 'a', 'z');
    const std::uint64_t digit = from_to(ascii, '0', '9');
    const std::uint64_t plus = from_to(ascii, '+', '+');
    const std::uint64_t slash = from_to(ascii, '/', '/');
    wrong |= (chars & all(0x80)) | ((upper | lower | digit | plus | slash) ^ all(0x80));

    // From a character to its value, modulo 64: 'A' is 0, 'a' is 26, '0' is 52, '+' is 62, '/' is 63.
    const std::uint64_t step = (filled(upper) & all((0U - 'A') % 64)) | (filled(lower) & all((26U - 'a') % 64)) |
                               (filled(digit) & all((52U - '0') % 64)) | (filled(plus) & all((62U - '+') % 64)) |
                               (filled(slash) & all((63U - '/') % 64));
    std::uint64_t bits = (ascii + step) & all(0x3f);
    // Twice as many bits side by side in lanes twice as wide, three times.
    bits = ((bits >> 2U) & 0x0fc0'0fc0'0fc0'0fc0U) | (bits & 0x003f'003f'003f'003fU);
    bits = ((bits >> 4U) & 0x00ff'f000'00ff'f000U) | (bits & 0x0000'0fff'0000'0fffU);
    return ((bits >> 8U) & 0xffff'ff00'0000U) | (bits & 0x00ff'ffffU);
}

/// Decodes up to eight characters to the bytes that they fill. Bits after the last byte are wrong unless they are zero.
/// (Folds, because compilers turn them into one load, but leave loops as they are.)
template <std::size_t... Char, std::size_t... Byte>
constexpr void read(const char* text, std::index_sequence<Char...>, std::byte* out, std::index_sequence<Byte...>,
                    std::uint64_t& wrong) noexcept {
    constexpr std::uint64_t rest = sizeof...(Char) == 8 ? 0 : all('A') >> (8 * sizeof...(Char));  // zero bits
    const std::uint64_t bits =
        decode((rest | ... | (std::uint64_t{static_cast<unsigned char>(text[Char])} << (56 - 8 * Char))), wrong);
    ((out[Byte] = static_cast<std::byte>(bits >> (40 - 8 * Byte))), ...);
    wrong |= bits & ((std::uint64_t{1} << (48 - 8 * sizeof...(Byte))) - 1);
}
template <std::size_t Chars>
constexpr void read(const char* text, std::byte* out, std::uint64_t& wrong) noexcept {
    read(text, std::make_index_sequence<Chars>{}, out, std::make_index_sequence<Chars * 6 / 8>{}, wrong);
}

}  // namespace base64_lanes

}  // namespace detail

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
/// after the last byte. False for any other text; `out` is then unspecified. Constant-time in a text of that length,
/// valid or not; linear; thread-safe.
template <std::size_t Bytes>
[[nodiscard]] constexpr bool from_base64(std::string_view text, std::span<std::byte, Bytes> out) noexcept {
    constexpr std::size_t chars = base64_chars(Bytes);
    if (text.size() != chars) return false;
    const char* from = text.data();
    std::byte* to = out.data();
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < chars / 8; ++i, from += 8, to += 6) detail::base64_lanes::read<8>(from, to, wrong);
    if constexpr (chars % 8 != 0) detail::base64_lanes::read<chars % 8>(from, to, wrong);
    return wrong == 0;
}

}  // namespace shearline::inline v0_1

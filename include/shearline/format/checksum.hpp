// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The checksum that finds a mistyped key before any look-up. It does not protect: anybody can compute it.
// Depends on constant_time.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <shearline/format/constant_time.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// One bit of CRC-32. Constant-time.
[[nodiscard]] constexpr std::uint32_t crc32_step(std::uint32_t state) noexcept {
    return (state >> 1) ^ (0xedb88320U & (0U - opaque(state & 1)));
}

inline constexpr std::size_t crc32_slices = 16;

/// `crc32_tables[k][b]`: the change that byte `b` makes to the state after `k` more bytes.
///
/// Computed in every compilation, so with built-in arrays (`operator[]` of std::array is a call) and few steps: the
/// change is linear, so the change of a byte is that of its highest bit combined with that of the other bits.
struct crc32_table {
    std::uint32_t of[crc32_slices][256];
};
inline constexpr crc32_table crc32_tables = [] {
    crc32_table all{};
    for (std::uint32_t bit = 1; bit < 256; bit *= 2) {
        std::uint32_t state = bit;
        for (int step = 0; step < 8; ++step) state = crc32_step(state);
        for (std::uint32_t byte = bit; byte < 2 * bit; ++byte) all.of[0][byte] = state ^ all.of[0][byte - bit];
    }
    for (std::size_t k = 1; k < crc32_slices; ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = all.of[k - 1][byte];
            all.of[k][byte] = (before >> 8) ^ all.of[0][before & 0xff];
        }
    }
    return all;
}();

/// The state after `Bytes` more bytes, from tables; without a loop, so that the look-ups do not wait for each other.
template <std::size_t Bytes>
[[nodiscard]] constexpr std::uint32_t crc32_after(std::uint32_t state, const char* text) noexcept {
    const auto look_up = [=]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        std::uint32_t carried = 0;
        if constexpr (I < 4) carried = state >> (8 * I);
        return crc32_tables.of[Bytes - 1 - I][(carried ^ static_cast<unsigned char>(text[I])) & 0xff];
    };
    const std::uint32_t found = [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (look_up(std::integral_constant<std::size_t, I>{}) ^ ...);
    }(std::make_index_sequence<Bytes>{});
    return Bytes < 4 ? found ^ (state >> (8 * (Bytes % 4))) : found;
}

}  // namespace detail

/// CRC-32/ISO-HDLC: reflected polynomial 0xEDB88320, initial value and final XOR all ones, as in Ethernet, zlib, and
/// the tokens of GitHub and npm. Models `checksum_algorithm`. Thread-safe.
struct crc32 {
    static constexpr std::string_view name = "CRC-32/ISO-HDLC";
    static constexpr std::uint32_t greatest = UINT32_MAX;

    /// Constant-time in the characters (bit by bit, no table): for a text with a new secret. O(size).
    [[nodiscard]] static constexpr std::uint32_t of(std::string_view text) noexcept {
        std::uint32_t state = UINT32_MAX;
        for (const char c : text) {
            state ^= static_cast<unsigned char>(c);
            for (int bit = 0; bit < 8; ++bit) state = detail::crc32_step(state);
        }
        return ~state;
    }

    /// The same from tables, sixteen bytes at a time (Kounavis and Berry, "A Systematic Approach to Building High
    /// Performance Software-Based CRC Generators", 2005, with eight). Variable time, since addresses depend on the
    /// characters: only for a text that its sender knows. O(size).
    [[nodiscard]] static constexpr std::uint32_t of_vartime(std::string_view text) noexcept {
        std::uint32_t state = UINT32_MAX;
        for (; text.size() >= 16; text.remove_prefix(16)) state = detail::crc32_after<16>(state, text.data());
        for (; text.size() >= 4; text.remove_prefix(4)) state = detail::crc32_after<4>(state, text.data());
        for (; !text.empty(); text.remove_prefix(1)) state = detail::crc32_after<1>(state, text.data());
        return ~state;
    }
};

}  // namespace shearline::inline v0_1

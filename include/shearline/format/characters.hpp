// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether each character of a text is allowed at its place in a format.
// Depends on alphabet.hpp and layout.hpp; never on a crypto library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <shearline/format/alphabet.hpp>
#include <shearline/format/layout.hpp>

namespace shearline::inline v0_1::detail {

/// The characters that are the same in every key of a format; 0 at the place of a digit.
template <typename Format>
inline constexpr auto fixed_characters = [] {
    std::array<char, Format::chars> all{};
    for (const placed_part& part : Format::layout)
        for (std::size_t i = 0; i < part.text.size(); ++i) all[part.offset + i] = part.text[i];
    return all;
}();

/// 0xff at the place of a digit, 0 elsewhere.
template <typename Format>
inline constexpr auto digit_places = [] {
    std::array<char, Format::chars> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<char>(fixed_characters<Format>[i] == 0 ? 0xff : 0);
    return all;
}();

/// Sixteen characters, in a vector register if the processor has them (a vector type of GCC and Clang).
using characters16 = std::uint8_t __attribute__((vector_size(16)));

[[nodiscard]] inline characters16 load16(const char* from) noexcept {
    characters16 loaded;  // filled below
    std::memcpy(&loaded, from, sizeof(loaded));
    return loaded;
}

/// All ones for each character that is in the alphabet.
template <typename Alphabet>
[[nodiscard]] inline characters16 in_alphabet(characters16 characters) noexcept {
    characters16 found{};
    for (const auto& run : Alphabet::runs)
        found |= reinterpret_cast<characters16>((characters - run.first) <= run.span);
    return found;
}

/// Whether a character is allowed at a place of a key.
template <typename Format>
[[nodiscard]] constexpr bool is_good_character(char c, std::size_t place) noexcept {
    const char fixed = fixed_characters<Format>[place];
    return fixed == 0 ? Format::alphabet::decode(c) != Format::alphabet::no_digit : c == fixed;
}

/// Whether all characters of a text of `Format::chars` characters are allowed at their places; sixteen at a time.
/// Variable time. O(chars).
template <typename Format>
[[nodiscard]] constexpr bool has_good_characters(std::string_view text) noexcept {
    using alphabet = typename Format::alphabet;
    if (std::is_constant_evaluated() || Format::chars < sizeof(characters16)) {
        for (std::size_t i = 0; i < Format::chars; ++i)
            if (!is_good_character<Format>(text[i], i)) return false;
        return true;
    }
    characters16 bad{};
    for (std::size_t done = 0; done < Format::chars; done += sizeof(bad)) {
        const bool fits = done + sizeof(bad) <= Format::chars;
        const std::size_t at = fits ? done : Format::chars - sizeof(bad);  // the last block overlaps
        const characters16 here = load16(text.data() + at);
        const characters16 wrong = here ^ load16(fixed_characters<Format>.data() + at);
        const characters16 is_digit = load16(digit_places<Format>.data() + at);
        bad |= (is_digit & ~in_alphabet<alphabet>(here)) | (~is_digit & wrong);
    }
    std::uint64_t halves[2];  // filled below
    std::memcpy(halves, &bad, sizeof(bad));
    return (halves[0] | halves[1]) == 0;
}

/// The place of the first character that is not allowed, in a text for which `has_good_characters` is false.
template <typename Format>
[[nodiscard]] constexpr std::size_t find_bad_character(std::string_view text) noexcept {
    std::size_t place = 0;
    while (place + 1 < Format::chars && is_good_character<Format>(text[place], place)) ++place;
    return place;
}

}  // namespace shearline::inline v0_1::detail

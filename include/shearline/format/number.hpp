// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Numbers as digits of an alphabet: most significant first, padded with the digit zero.
// Depends on alphabet.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <shearline/format/alphabet.hpp>

namespace shearline::inline v0_1::detail {

/// The greatest number of `width` digits, or 2^64-1 if that is less.
template <typename Alphabet>
[[nodiscard]] constexpr std::uint64_t greatest_number(std::size_t width) noexcept {
    std::uint64_t greatest = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (greatest > (UINT64_MAX - (Alphabet::size - 1)) / Alphabet::size) return UINT64_MAX;
        greatest = greatest * Alphabet::size + (Alphabet::size - 1);
    }
    return greatest;
}

/// How many digits the numbers up to `greatest` need.
template <typename Alphabet>
[[nodiscard]] constexpr std::size_t digits_for(std::uint64_t greatest) noexcept {
    std::size_t width = 1;
    while ((greatest /= Alphabet::size) != 0) ++width;
    return width;
}

/// size^exponent, mod 2^64.
template <typename Alphabet>
[[nodiscard]] constexpr std::uint64_t power_of_size(std::size_t exponent) noexcept {
    std::uint64_t power = 1;
    while (exponent-- > 0) power *= Alphabet::size;
    return power;
}

/// The number, mod 2^64, that `Digits` digits stand for; an unspecified number if a character is not a digit. Both
/// halves are read independently, so that no digit waits for all digits before it. Variable time. O(Digits).
template <typename Alphabet, std::size_t Digits>
[[nodiscard]] constexpr std::uint64_t read_digits(const char* text) noexcept {
    if constexpr (Digits == 0) {
        return 0;
    } else if constexpr (Digits == 1) {
        return Alphabet::decode(*text);
    } else if constexpr (Digits == 2) {
        return std::uint64_t{Alphabet::decode_high(text[0])} + Alphabet::decode(text[1]);
    } else {
        constexpr std::size_t low = (Digits / 2 + 1) / 2 * 2;  // pairs, except the first digit of an odd number
        return read_digits<Alphabet, Digits - low>(text) * power_of_size<Alphabet>(low) +
               read_digits<Alphabet, low>(text + (Digits - low));
    }
}

/// The number that `Digits` characters of the alphabet stand for, or nothing if it is greater than `greatest`. Variable
/// time. O(Digits).
template <typename Alphabet, std::size_t Digits>
[[nodiscard]] constexpr std::optional<std::uint64_t> read_number(std::string_view text,
                                                                 std::uint64_t greatest) noexcept {
    constexpr std::size_t safe = [] {  // this many digits always fit into 64 bits
        std::size_t count = 1;
        while (count < Digits && greatest_number<Alphabet>(count + 1) != UINT64_MAX) ++count;
        return count;
    }();
    std::uint64_t number = read_digits<Alphabet, safe>(text.data());
    bool too_great = false;
    for (std::size_t i = safe; i < Digits; ++i) {
        too_great |= __builtin_mul_overflow(number, std::uint64_t{Alphabet::size}, &number);
        too_great |= __builtin_add_overflow(number, std::uint64_t{Alphabet::decode(text[i])}, &number);
    }
    if (too_great || number > greatest) return std::nullopt;
    return number;
}

/// Writes a public number, which fits `width` digits. Variable time. O(width).
template <typename Alphabet>
constexpr void write_number_vartime(std::uint64_t number, char* out, std::size_t width) noexcept {
    for (std::size_t i = width; i-- > 0; number /= Alphabet::size) {
        out[i] = Alphabet::encode(static_cast<std::uint8_t>(number % Alphabet::size));
    }
}

/// Writes a number, which fits `width` digits. Constant-time in the number: many processors divide in a time that
/// depends on the operands, and compilers that optimise for size emit that division even for a constant divisor.
/// O(width).
template <typename Alphabet>
constexpr void write_number(std::uint32_t number, char* out, std::size_t width) noexcept {
    constexpr auto divisor = static_cast<std::uint32_t>(Alphabet::size);
    constexpr std::uint64_t reciprocal = (std::uint64_t{1} << 32) / divisor;
    for (std::size_t i = width; i-- > 0;) {
        // Barrett: as number < 2^32 and reciprocal > 2^32 / divisor - 1, the quotient is right or one too small.
        auto quotient = static_cast<std::uint32_t>((number * reciprocal) >> 32);
        std::uint32_t remainder = number - quotient * divisor;
        const std::uint32_t one_too_small = mask_if_at_least(remainder, divisor);
        quotient += one_too_small & 1;
        remainder -= one_too_small & divisor;
        out[i] = Alphabet::encode(static_cast<std::uint8_t>(remainder));
        number = quotient;
    }
}

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Alphabets: the digits that keys are written in.
// Depends on fixed_string.hpp and constant_time.hpp; never on a crypto library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/format/constant_time.hpp>
#include <shearline/format/fixed_string.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// Visible ASCII: one byte each, and nothing that a header field or a terminal would interpret.
[[nodiscard]] constexpr bool is_visible(std::string_view text) noexcept {
    for (const char c : text) {
        if (c < '!' || c > '~') return false;
    }
    return true;
}

[[nodiscard]] constexpr bool has_doubles(std::string_view text) noexcept {
    bool seen[256] = {};
    for (const char c : text) {
        bool& before = seen[static_cast<unsigned char>(c)];
        if (before) return true;
        before = true;
    }
    return false;
}

}  // namespace detail

/// Digits and their characters: `Chars[d]` is the character of digit `d`. 2 to 94 characters of visible ASCII, each
/// once. Everything is constexpr and thread-safe.
template <fixed_string Chars>
struct basic_alphabet {
    static_assert(Chars.size() >= 2, "basic_alphabet<\"...\">: give at least two characters");
    static_assert(detail::is_visible(Chars.view()),
                  "basic_alphabet<\"...\">: give visible ASCII characters only, from '!' to '~'");
    static_assert(!detail::has_doubles(Chars.view()),
                  "basic_alphabet<\"...\">: give each character once, or a character would stand for two digits");

    static constexpr std::string_view chars = Chars.view();
    static constexpr std::size_t size = chars.size();

    /// What `decode` returns for a character that is not in the alphabet. Its top bit is set; that of a digit never is.
    static constexpr std::uint8_t no_digit = 0xff;

    /// A run of characters of the alphabet whose codes follow one another: from `first` to `first + span`.
    struct run {
        std::uint8_t first;
        std::uint8_t span;
        [[nodiscard]] constexpr std::uint8_t last() const noexcept { return static_cast<std::uint8_t>(first + span); }
    };

private:
    static constexpr std::uint32_t code_of(std::size_t digit) noexcept {
        return static_cast<unsigned char>(chars[digit]);
    }

    // Computed in every compilation, so built-in arrays: `operator[]` of std::array is a call.
    struct table {
        std::uint8_t digits[256];
        std::uint16_t high_digits[256];
    };
    static constexpr table of_codes = [] {
        table all{};
        for (std::uint8_t& each : all.digits) each = no_digit;
        for (std::uint16_t& each : all.high_digits) each = static_cast<std::uint16_t>(no_digit * size);
        for (std::size_t digit = 0; digit < size; ++digit) {
            const std::uint32_t code = code_of(digit);
            all.digits[code] = static_cast<std::uint8_t>(digit);
            all.high_digits[code] = static_cast<std::uint16_t>(digit * size);
        }
        return all;
    }();
    static constexpr auto has = [](unsigned code) { return of_codes.digits[code] != no_digit; };
    static constexpr std::size_t run_count = [] {
        std::size_t count = 0;
        for (unsigned code = '!'; code <= '~'; ++code) count += has(code) && !has(code - 1) ? 1U : 0U;
        return count;
    }();

public:
    /// All runs of the alphabet, in the order of the codes: base62 has three.
    static constexpr auto runs = [] {
        std::array<run, run_count> all{};
        std::size_t next = 0;
        for (unsigned code = '!'; code <= '~'; ++code) {
            if (!has(code)) continue;
            if (!has(code - 1)) all[next++].first = static_cast<std::uint8_t>(code);
            all[next - 1].span = static_cast<std::uint8_t>(code - all[next - 1].first);
        }
        return all;
    }();

    /// The character of a digit below `size`; a greater digit gives an unspecified character. Constant-time in the
    /// digit: arithmetic on the jumps between the character codes, without load or branch. O(jumps): base62 has 2.
    [[nodiscard]] static constexpr char encode(std::uint8_t digit) noexcept {
        std::uint32_t code = code_of(0) + digit;
        for (const jump& each : jumps) code += detail::mask_if_at_least(digit, each.digit) & each.distance;
        return static_cast<char>(code);
    }

    /// The digit of a character, or `no_digit`. Variable time (a table): only for text that its sender knows. O(1).
    [[nodiscard]] static constexpr std::uint8_t decode(char c) noexcept {
        return of_codes.digits[static_cast<unsigned char>(c)];
    }

    /// `decode(c) * size`: the value of the digit in the second place from the right. Variable time. O(1).
    [[nodiscard]] static constexpr std::uint16_t decode_high(char c) noexcept {
        return of_codes.high_digits[static_cast<unsigned char>(c)];
    }

private:
    /// From `digit` on, the codes are `distance` (mod 2^32) past those that follow on from the digits before.
    struct jump {
        std::uint32_t digit;
        std::uint32_t distance;
    };

    static constexpr auto jumps_at = [](std::size_t digit) { return code_of(digit) != code_of(digit - 1) + 1; };

    static constexpr std::size_t jump_count = [] {
        std::size_t count = 0;
        for (std::size_t digit = 1; digit < size; ++digit) count += jumps_at(digit) ? 1U : 0U;
        return count;
    }();

    static constexpr auto jumps = [] {
        std::array<jump, jump_count> all{};
        std::size_t next = 0;
        for (std::size_t digit = 1; digit < size; ++digit) {
            if (!jumps_at(digit)) continue;
            all[next++] = {static_cast<std::uint32_t>(digit), code_of(digit) - code_of(digit - 1) - 1};
        }
        return all;
    }();
};

/// 0-9A-Za-z, in the order of ASCII (default).
using base62 = basic_alphabet<"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz">;

/// Without 0, O, I and l, in the order of ASCII (Bitcoin's).
using base58 = basic_alphabet<"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz">;

}  // namespace shearline::inline v0_1

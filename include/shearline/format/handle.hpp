// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The public part of a key, which identifies it in logs, look-ups and the console; never secret.
// Depends on number.hpp and result.hpp; never on a crypto library.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/format/format_error.hpp>
#include <shearline/format/number.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// A number from 1 to 2^64-1; 0 means "none", in formats that have no handle. An ordinary value, ordered by its number.
struct handle {
    std::uint64_t value = 0;

    /// The result of `to_text`: 11 characters, not NUL-terminated.
    struct spelling {
        std::array<char, 11> chars{};

        [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars.data(), chars.size()}; }
    };

    /// Eleven base62 digits, most significant first, padded with '0': one spelling for each handle. Variable time;
    /// O(1); never allocates.
    [[nodiscard]] constexpr spelling to_text() const noexcept {
        spelling text;
        detail::write_number_vartime<base62>(value, text.chars.data(), text.chars.size());
        return text;
    }

    /// Reads the spelling that `to_text` writes, and no other. Errors: `wrong_length`, `bad_character`, `out_of_range`
    /// (0, or 2^64 and more). Variable time; O(1); never allocates.
    [[nodiscard]] static constexpr result<handle, format_error> parse(std::string_view text) noexcept {
        constexpr std::size_t width = spelling{}.chars.size();
        if (text.size() != width) return format_error{format_errc::wrong_length, width};
        for (std::size_t i = 0; i < width; ++i) {
            if (base62::decode(text[i]) == base62::no_digit) return format_error{format_errc::bad_character, i};
        }
        const auto number = detail::read_number<base62, width>(text, UINT64_MAX);
        if (!number || *number == 0) return format_error{format_errc::out_of_range, 0};
        return handle{*number};
    }

    friend constexpr auto operator<=>(const handle&, const handle&) = default;
};

}  // namespace shearline::inline v0_1

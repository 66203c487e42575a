// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How a report shows values.
// Depends on std; never on a suite.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing::detail {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// Appends a text as a C++ literal: quotes, backslashes and invisible characters are octal escapes (which end after
/// three digits).
inline void append_shown(std::string& to, std::string_view text) {
    to += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code >= 0x20 && code < 0x7f && c != '"' && c != '\\') {
            to += c;
        } else {
            to.append({'\\', hex_digits[code >> 6U], hex_digits[code >> 3U & 7U], hex_digits[code & 7U]});
        }
    }
    to += '"';
}

/// Appends bytes in hexadecimal.
inline void append_shown(std::string& to, std::span<const std::byte> bytes) {
    for (const std::byte one : bytes) {
        const auto code = std::to_integer<std::size_t>(one);
        to += hex_digits[code >> 4U];
        to += hex_digits[code & 15U];
    }
}

/// A text or bytes, as `append_shown` appends them.
[[nodiscard]] inline std::string shown(std::string_view text) {
    std::string words;
    append_shown(words, text);
    return words;
}
[[nodiscard]] inline std::string shown(std::span<const std::byte> bytes) {
    std::string words;
    append_shown(words, bytes);
    return words;
}

}  // namespace shearline::inline v0_1::testing::detail

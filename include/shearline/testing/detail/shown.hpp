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

/// A text as a C++ literal: quotes, backslashes and invisible characters are octal escapes (which end after three
/// digits).
[[nodiscard]] inline std::string shown(std::string_view text) {
    std::string words = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code >= 0x20 && code < 0x7f && c != '"' && c != '\\') {
            words += c;
        } else {
            words.append({'\\', hex_digits[code >> 6U], hex_digits[code >> 3U & 7U], hex_digits[code & 7U]});
        }
    }
    return words + '"';
}

/// Bytes in hexadecimal.
[[nodiscard]] inline std::string shown(std::span<const std::byte> bytes) {
    std::string words;
    for (const std::byte one : bytes) {
        const auto code = std::to_integer<std::size_t>(one);
        words.append({hex_digits[code >> 4U], hex_digits[code & 15U]});
    }
    return words;
}

}  // namespace shearline::inline v0_1::testing::detail

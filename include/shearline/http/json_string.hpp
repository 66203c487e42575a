// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as a JSON string.
// Depends on std; never on a JSON library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::detail {

/// The length of the UTF-8 sequence (RFC 3629) at the start of a text, or 0 if there is none. The text is not empty.
[[nodiscard]] constexpr std::size_t utf8_sequence(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    const unsigned char second = byte(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
        return 0;
    return length;
}

/// Appends a JSON string (RFC 8259 §7); each byte outside a UTF-8 sequence becomes U+FFFD. Linear.
inline void append_json_string(std::string& json, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    json += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        const char c = text.front();
        if (length == 0) {
            json += "\xef\xbf\xbd";
        } else if (c == '"' || c == '\\') {
            (json += '\\') += c;
        } else if (static_cast<unsigned char>(c) < ' ') {
            json += "\\u00";
            json += digits[static_cast<unsigned char>(c) >> 4U];
            json += digits[static_cast<unsigned char>(c) & 0x0fU];
        } else {
            json += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    json += '"';
}

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "text.hpp"

namespace common {

namespace {

/// The length of the well-formed sequence at the start of `text`; 0 if there is none.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xBF) {
        return at(i) >= least && at(i) <= most;
    };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0;
    if (first < 0xE0) return continues(1) ? 2 : 0;
    if (first < 0xF0) {
        const unsigned least = first == 0xE0 ? 0xA0 : 0x80;  // lower values are overlong encodings
        const unsigned most = first == 0xED ? 0x9F : 0xBF;   // higher values are surrogates
        return continues(1, least, most) && continues(2) ? 3 : 0;
    }
    if (first > 0xF4) return 0;
    const unsigned least = first == 0xF0 ? 0x90 : 0x80;
    const unsigned most = first == 0xF4 ? 0x8F : 0xBF;  // nothing above U+10FFFF
    return continues(1, least, most) && continues(2) && continues(3) ? 4 : 0;
}

bool is_control(std::string_view sequence) noexcept {
    const auto first = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
    const auto second = static_cast<unsigned char>(sequence[1]);
    if (first == 0xC2) return second < 0xA0;  // C1, which some terminals interpret
    // Characters that change the direction of a line: U+200E-F, U+202A-E, U+2066-9.
    const auto third = static_cast<unsigned char>(sequence.size() > 2 ? sequence[2] : 0);
    if (first != 0xE2) return false;
    return (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE))) ||
           (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sequence_length(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return std::nullopt;
}

bool has_control(std::string_view utf8) noexcept {
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte < ' ' || byte == 0x7f) return true;
        if (byte == 0xc2 && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
    }
    return false;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    while (!text.empty()) {
        if (out.size() >= max_bytes) return out + "…";
        const std::size_t length = sequence_length(text);
        const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
        text.remove_prefix(sequence.size());
        if (length != 0 && !is_control(sequence)) {
            out += sequence;
            continue;
        }
        for (const char c : sequence) {
            const auto byte = static_cast<unsigned char>(c);
            out.append("\\x").append(1, hex[byte >> 4U]).append(1, hex[byte & 15U]);
        }
    }
    return out;
}

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
    return out;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace common

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The rules of a format, written by hand from its ABNF, ranges and checksum, and applied in the simplest way.
// Depends on error.hpp; never on the parser, the layout or any table of the library, which the rules test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/format/environment.hpp>
#include <shearline/format/format_error.hpp>

namespace shearline::inline v0_1::testing {

/// One field of a key: a fixed text, or digits, optionally with a range.
struct rule_field {
    std::string text;  ///< the fixed text; empty for digits
    std::size_t chars = 0;
    std::string least{}, greatest{};  ///< the range as digits, inclusive; empty if all are valid
};

/// A fixed text.
[[nodiscard]] inline rule_field exactly(const std::string& text) { return {text, text.size()}; }
/// `count` digits, with any value.
[[nodiscard]] inline rule_field digits(std::size_t count) { return {"", count}; }
/// Digits with a value from `least` to `greatest`, which have the same width.
[[nodiscard]] inline rule_field digits_from(const std::string& least, const std::string& greatest) {
    return {"", least.size(), least, greatest};
}

/// The rules of a format. The first field is its prefix; a checksum is the last field. The alphabet is in ASCII order,
/// so that numbers of one width compare as their texts do.
struct format_rules {
    std::string alphabet;
    std::vector<rule_field> fields;
    std::size_t covered_from = 0, covered_to = 0;           ///< what the checksum covers, in chars
    std::uint32_t (*checksum)(std::string_view) = nullptr;  ///< null: the format has no checksum
    std::string_view name{};  ///< the format's name in stores and subkeys; empty: not checked
    std::optional<shearline::environment> environment{};  ///< of its keys; `std::nullopt`: not checked

    [[nodiscard]] std::size_t chars() const {
        std::size_t sum = 0;
        for (const rule_field& each : fields) sum += each.chars;
        return sum;
    }

    /// A number as `width` digits.
    [[nodiscard]] std::string spell(std::uint64_t number, std::size_t width) const {
        std::string text;
        for (; number != 0; number /= alphabet.size())
            text.insert(text.begin(), alphabet[static_cast<std::size_t>(number % alphabet.size())]);
        return std::string(width - text.size(), alphabet[0]) + text;
    }

    /// What is wrong with a text, or nothing. Checked in this order: prefix, length, characters from left to right,
    /// ranges from left to right, checksum.
    [[nodiscard]] std::optional<format_error> judge(std::string_view text) const {
        const std::string& prefix = fields.front().text;
        for (std::size_t i = 0; i < prefix.size() && i < text.size(); ++i)
            if (text[i] != prefix[i]) return format_error{format_errc::wrong_prefix, i};
        if (text.size() != chars()) return format_error{format_errc::wrong_length, chars()};
        std::size_t at = 0;
        for (const rule_field& each : fields)
            for (std::size_t i = 0; i < each.chars; ++i, ++at)
                if (each.text.empty() ? alphabet.find(text[at]) == std::string::npos : text[at] != each.text[i])
                    return format_error{format_errc::bad_character, at};
        at = 0;
        for (const rule_field& each : fields) {
            const std::string_view spelled = text.substr(at, each.chars);
            if (!each.least.empty() && (spelled < each.least || spelled > each.greatest))
                return format_error{format_errc::out_of_range, at};
            at += each.chars;
        }
        const std::size_t width = fields.back().chars;
        if (checksum != nullptr && text.substr(text.size() - width) != spell(checksum(covered_in(text)), width))
            return format_error{format_errc::wrong_checksum, text.size() - width};
        return std::nullopt;
    }

    /// The text with the right checksum in place of its own, so that a test gets past the checksum.
    [[nodiscard]] std::string with_right_checksum(std::string text) const {
        if (checksum == nullptr || text.size() != chars()) return text;
        const std::size_t width = fields.back().chars;
        return text.replace(text.size() - width, width, spell(checksum(covered_in(text)), width));
    }

private:
    [[nodiscard]] std::string_view covered_in(std::string_view text) const {
        return text.substr(covered_from, covered_to - covered_from);
    }
};

/// CRC-32 (ISO-HDLC, the polynomial of GitHub and npm), bit by bit, for `format_rules::checksum`.
[[nodiscard]] inline std::uint32_t crc32_by_bits(std::string_view text) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xedb88320U : crc >> 1U;
    }
    return ~crc;
}

}  // namespace shearline::inline v0_1::testing

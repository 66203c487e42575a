// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A format for other programs: as ABNF, as a regular expression, and as notes on what these cannot express.
// Depends on basic_format.hpp and <string>; never on <regex>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/format/layout.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// The name of a part in a grammar.
[[nodiscard]] constexpr std::string_view to_string(part_kind kind) noexcept {
    switch (kind) {
        case part_kind::literal: return "literal";
        case part_kind::handle: return "handle";
        case part_kind::secret: return "secret";
        case part_kind::checksum: return "checksum";
    }
    return "unknown";
}

/// "5A": the code of a character.
[[nodiscard]] inline std::string hex_of(std::uint8_t code) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    return {hex[code >> 4], hex[code & 15]};
}

/// `c`, with a backslash before it if it has a meaning in a regular expression.
[[nodiscard]] inline std::string escaped(char c) {
    constexpr std::string_view special = "\\^$.|?*+()[]{}-/";
    return special.find(c) == std::string_view::npos ? std::string{c} : std::string{'\\', c};
}

}  // namespace detail

/// The grammar of `Format`, derived from the layout that `parse` uses; for documentation and tools. Each function
/// allocates its text, is linear in its length, and thread-safe.
template <typename Format>
struct grammar {
    /// ABNF (RFC 5234, with the case-sensitive strings of RFC 7405). Lines end in CRLF, as the RFC requires. The rule
    /// for the whole text is `key`.
    [[nodiscard]] static std::string abnf() {
        std::string text = "key =";
        std::string fields;
        for (const placed_part& part : Format::layout) {
            if (part.kind == part_kind::literal) {
                text.append(" %s\"").append(part.text).append("\"");
                continue;
            }
            const std::string_view name = detail::to_string(part.kind);
            text.append(" ").append(name);
            fields.append(name).append(" = ").append(std::to_string(part.chars)).append("digit\r\n");
        }
        std::string_view separator = "digit = ";
        text.append("\r\n").append(fields);
        for (const auto& run : alphabet::runs) {
            text.append(separator).append("%x").append(detail::hex_of(run.first));
            if (run.span != 0) text.append("-").append(detail::hex_of(run.last()));
            separator = " / ";
        }
        return text.append("\r\n");
    }

    /// A regular expression for the whole text, without anchors, in the syntax common to ECMAScript, PCRE, RE2 and
    /// Python. To test a text, match all of it; to find keys in a file, search.
    [[nodiscard]] static std::string regex() {
        std::string digit = "[";
        for (const auto& run : alphabet::runs) {
            digit.append(detail::escaped(static_cast<char>(run.first)));
            if (run.span != 0) digit.append("-").append(detail::escaped(static_cast<char>(run.last())));
        }
        digit.append("]");
        std::string text;
        for (const placed_part& part : Format::layout) {
            for (const char c : part.text) text.append(detail::escaped(c));
            if (part.kind == part_kind::literal) continue;
            text.append(digit).append("{").append(std::to_string(part.chars)).append("}");
        }
        return text;
    }

    /// What else a text that matches must satisfy: the order of the digits, the ranges and the checksum, one to a line.
    [[nodiscard]] static std::string notes() {
        std::string text = "The most significant digit comes first; digits count from 0 in the order ";
        text.append(alphabet::chars).append(".\n");
        if constexpr (Format::has_handle) {
            text.append("The handle is from 1 to ").append(std::to_string(Format::greatest_handle)).append(".\n");
        }
        if constexpr (Format::has_checksum) {
            using checksum = typename Format::checksum_type;
            text.append("The checksum is ").append(checksum::algorithm::name).append(" of ");
            text.append(checksum::covered == covers::secret ? "the secret alone" : "all characters before it");
            text.append(", and so at most ").append(std::to_string(checksum::algorithm::greatest)).append(".\n");
        }
        return text;
    }

private:
    using alphabet = typename Format::alphabet;
};

}  // namespace shearline::inline v0_1

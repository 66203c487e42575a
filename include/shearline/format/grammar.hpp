// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A format for other programs: as ABNF, as a regular expression, and in words what neither can express.
// Depends on basic_format.hpp and <string>; never on <regex>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/format/layout.hpp>

namespace shearline::inline v0 {

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
[[nodiscard]] inline std::string hex_of(char c) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto code = static_cast<unsigned char>(c);
    return {hex[code >> 4], hex[code & 15]};
}

/// `c`, with a backslash where it would mean something in a regular expression.
[[nodiscard]] inline std::string escaped(char c) {
    constexpr std::string_view special = "\\^$.|?*+()[]{}-/";
    return special.find(c) == std::string_view::npos ? std::string{c} : std::string{'\\', c};
}

/// Calls `each(first, last)` for each run of neighbouring characters of an alphabet, in the order of ASCII.
template <typename Alphabet, typename Each>
void for_each_run(Each each) {
    const auto has = [](int code) { return Alphabet::decode(static_cast<char>(code)) != Alphabet::no_digit; };
    for (int first = '!'; first <= '~'; ++first) {
        if (!has(first)) continue;
        int last = first;
        while (has(last + 1)) ++last;
        each(static_cast<char>(first), static_cast<char>(last));
        first = last;
    }
}

}  // namespace detail

/// The grammar of `Format`, derived from the same layout that `parse` reads. Allocates; for documentation and tools.
template <typename Format>
struct grammar {
    /// ABNF (RFC 5234, with the case-sensitive strings of RFC 7405); lines end in CRLF, as it demands. The rule for the
    /// whole text is `key`.
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
        detail::for_each_run<alphabet>([&](char first, char last) {
            text.append(separator).append("%x").append(detail::hex_of(first));
            if (first != last) text.append("-").append(detail::hex_of(last));
            separator = " / ";
        });
        return text.append("\r\n");
    }

    /// A regular expression for the whole text, without anchors, in what ECMAScript, PCRE, RE2 and Python have in
    /// common. To test a text, match all of it; to find keys in a file, search.
    [[nodiscard]] static std::string regex() {
        std::string digit = "[";
        detail::for_each_run<alphabet>([&](char first, char last) {
            digit.append(detail::escaped(first));
            if (first != last) digit.append("-").append(detail::escaped(last));
        });
        digit.append("]");
        std::string text;
        for (const placed_part& part : Format::layout) {
            for (const char c : part.text) text.append(detail::escaped(c));
            if (part.kind == part_kind::literal) continue;
            text.append(digit).append("{").append(std::to_string(part.chars)).append("}");
        }
        return text;
    }

    /// What a text that matches must meet besides: the value of the digits, ranges and the checksum; a line for each.
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

}  // namespace shearline::inline v0

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Formats written down by hand, from their ABNF, ranges and checksum, and read in the slow and obvious way: what the
// parser is held against. It shares no code and no table with the parser. Used by the tests and by the fuzzer.
#pragma once

#include <shearline/error.hpp>

#include <boost/crc.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oracle {

struct field {
    std::string text;  ///< of a literal; of anything else, empty
    std::size_t chars;
    std::string least, greatest;  ///< the range, where there is one: spelled out, inclusive
};

inline field exactly(const std::string& text) { return {text, text.size(), "", ""}; }
inline field digits(std::size_t count) { return {"", count, "", ""}; }
inline field digits_from(const std::string& least, const std::string& greatest) {
    return {"", least.size(), least, greatest};
}

/// The alphabets are in the order of ASCII, so that numbers of one width are ordered as their texts are.
struct format {
    std::string alphabet;
    std::vector<field> fields;
    std::size_t covered_from = 0, covered_to = 0;  ///< what the checksum, which is the last field, is made of
    std::uint32_t (*checksum)(const std::string&) = nullptr;
};

inline std::string spell(std::uint64_t number, std::size_t width, const std::string& alphabet) {
    std::string text;
    for (; number != 0; number /= alphabet.size()) text.insert(text.begin(), alphabet[number % alphabet.size()]);
    return std::string(width - text.size(), alphabet[0]) + text;
}

/// What is wrong with a text, or nothing.
inline std::optional<shearline::format_error> judge(const format& rules, const std::string& text) {
    using shearline::format_errc;
    using shearline::format_error;
    std::size_t length = 0;
    for (const field& each : rules.fields) length += each.chars;

    const std::string& prefix = rules.fields.front().text;
    for (std::size_t i = 0; i < prefix.size() && i < text.size(); ++i) {
        if (text[i] != prefix[i]) return format_error{format_errc::wrong_prefix, i};
    }
    if (text.size() != length) return format_error{format_errc::wrong_length, length};

    std::size_t at = 0;
    for (const field& each : rules.fields) {
        for (std::size_t i = 0; i < each.chars; ++i, ++at) {
            const bool fits =
                each.text.empty() ? rules.alphabet.find(text[at]) != std::string::npos : text[at] == each.text[i];
            if (!fits) return format_error{format_errc::bad_character, at};
        }
    }
    at = 0;
    for (const field& each : rules.fields) {
        const std::string spelled = text.substr(at, each.chars);
        if (!each.least.empty() && (spelled < each.least || spelled > each.greatest)) {
            return format_error{format_errc::out_of_range, at};
        }
        at += each.chars;
    }
    if (rules.checksum != nullptr) {
        const std::size_t width = rules.fields.back().chars;
        const std::string covered = text.substr(rules.covered_from, rules.covered_to - rules.covered_from);
        if (text.substr(length - width) != spell(rules.checksum(covered), width, rules.alphabet)) {
            return format_error{format_errc::wrong_checksum, length - width};
        }
    }
    return std::nullopt;
}

inline std::uint32_t crc32(const std::string& text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

}  // namespace oracle

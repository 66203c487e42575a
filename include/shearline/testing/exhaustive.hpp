// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests formats on every possible text, for formats that are small enough.
// Depends on testing/format_conformance.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/testing/format_conformance.hpp>

namespace shearline::inline v0_1::testing {

/// A checksum of one bit, so that the format is small. Detects almost nothing.
struct unsafe_parity {
    static constexpr std::string_view name = "parity";
    static constexpr std::uint32_t greatest = 1;
    [[nodiscard]] static constexpr std::uint32_t of(std::string_view text) noexcept {
        std::uint32_t sum = 0;
        for (const char c : text) sum ^= static_cast<unsigned char>(c);
        return sum & 1U;
    }
    [[nodiscard]] static constexpr std::uint32_t of_vartime(std::string_view text) noexcept { return of(text); }
};

/// A format with every kind of part, in six characters of three digits, for trying every text. Its keys can be guessed.
using unsafe_tiny_format =
    basic_format<"unsafe-tiny", environment::test, basic_alphabet<"abc">, literal<"x_">, handle_field<2>,
                 secret_field<1>, checksum_field<1, unsafe_parity, covers::all_before>>;

/// Calls `take(text)` with every text of up to `longest` characters from `characters`, shortest first, until it returns
/// false: O(characters.size() to the power of `longest`) calls.
template <typename Take>
void every_text(std::string_view characters, std::size_t longest, Take take) {
    for (std::size_t length = 0; length <= longest; ++length) {
        std::string text(length, characters.front());
        for (bool more = true; more;) {
            if (!take(static_cast<const std::string&>(text))) return;
            more = false;
            for (char& c : text) {
                const std::size_t next = characters.find(c) + 1;
                c = characters[next % characters.size()];
                more = next != characters.size();
                if (more) break;
            }
        }
    }
}

/// The number of texts of `every_text`.
[[nodiscard]] constexpr std::uint64_t texts_up_to(std::size_t characters, std::size_t longest) noexcept {
    std::uint64_t all = 0;
    std::uint64_t of_this_length = 1;
    for (std::size_t length = 0; length <= longest; ++length, of_this_length *= characters) all += of_this_length;
    return all;
}

/// Tests `parse` of a small format against its rules on EVERY text of up to `longest` characters from `characters`,
/// which should be those of the rules and some that occur nowhere in them. Each key must have one spelling. `accepted`
/// is the number of keys, counted by hand, which also checks the rules. Negative controls: wrong parsers.
///
/// Example:
///     using namespace shearline::testing;
///     const auto parity = [](std::string_view text) { return unsafe_parity::of(text); };
///     const format_rules rules{.alphabet = "abc",
///                              .fields = {exactly("x_"), digits_from("ab", "cc"), digits(1), digits_from("a", "b")},
///                              .covered_to = 5,
///                              .checksum = parity};
///     const report seen = exhaustive<unsafe_tiny_format>(rules, "abcx_-", unsafe_tiny_format::chars + 1, 8 * 3);
template <typename Format>
[[nodiscard]] report exhaustive(const format_rules& rules, std::string_view characters, std::size_t longest,
                                std::uint64_t accepted) {
    report seen;
    std::uint64_t tried = 0;
    std::uint64_t keys = 0;
    every_text(characters, longest, [&](const std::string& text) {
        ++tried;
        const auto key = parse<Format>(text);
        const auto wrong = detail::misreading_of<Format>(rules, text, key);
        keys += key ? 1U : 0U;
        return seen.check(!wrong, wrong ? wrong->claim : "", wrong ? wrong->detail : "") || seen.failed() < 20;
    });
    seen.check(tried == texts_up_to(characters.size(), longest), "every text was tried");
    seen.check(keys == accepted, "the parser accepts the expected number of keys", std::to_string(keys));

    const auto control = [&](std::string_view what, auto read) {
        bool found = false;
        every_text(characters, longest, [&](const std::string& text) {
            found = detail::misreading_of<Format>(rules, text, read(text)).has_value();
            return !found;
        });
        seen.control(found, what);
    };
    detail::each_wrong_parser<Format>(rules, [&](std::string_view what, std::string_view needed, auto read) {
        if (needed.empty() || characters.find(needed) != std::string_view::npos) control(what, read);
    });
    // A parser that accepts one text too many, and one that accepts one too few.
    std::string last;
    std::string some_key;
    every_text(characters, longest, [&](const std::string& text) {
        (rules.judge(text) ? last : some_key) = text;
        return true;
    });
    using answer = result<parsed_key, format_error>;
    control("a parser that accepts one text too many", [&](const std::string& text) -> answer {
        return text == last ? answer{parsed_key{}} : parse<Format>(text);
    });
    control("a parser that refuses one key", [&](const std::string& text) -> answer {
        return text == some_key ? answer{format_error{format_errc::bad_character, 0}} : parse<Format>(text);
    });
    return seen;
}

}  // namespace shearline::inline v0_1::testing

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Compares the answer of a parser with that of the rules.
// Depends on format/ and testing/format_rules.hpp; never on a suite.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>
#include <shearline/testing/detail/shown.hpp>
#include <shearline/testing/format_rules.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The text of a key as `render` writes it.
template <typename Format>
[[nodiscard]] std::string rendered(handle name, const std::array<std::uint8_t, Format::secret_chars>& secret) {
    std::array<char, Format::chars> text{};
    render<Format>(name, secret, text);
    return {text.data(), text.size()};
}

/// The text that `render` makes from a parsed key: if it is not the key itself, the key has two spellings.
template <typename Format>
[[nodiscard]] std::string rendered_again(const parsed_key& key) {
    std::array<std::uint8_t, Format::secret_chars> secret{};
    const std::string_view text = Format::secret_part.of(key.text);
    std::transform(text.begin(), text.end(), secret.begin(), Format::alphabet::decode);
    return rendered<Format>(key.handle, secret);
}

/// The answer of a parser or of the rules for a text.
[[nodiscard]] inline std::string said(const std::optional<format_error>& fault) {
    if (!fault) return "a key";
    return std::string{to_string(fault->code)} + " at " + std::to_string(fault->offset);
}

/// An error of a parser: the claim that does not hold, and where.
struct misreading {
    std::string_view claim;
    std::string detail;
};

/// Compares a parser's answer for a text with the rules; nothing if they agree.
template <typename Format>
[[nodiscard]] std::optional<misreading> misreading_of(const format_rules& rules, const std::string& text,
                                                      const result<parsed_key, format_error>& key) {
    const auto fault = rules.judge(text);
    if (static_cast<bool>(key) == fault.has_value() || (fault && key.error() != *fault)) {
        return misreading{key     ? "a text that is not a key was accepted"
                          : fault ? "a text was refused for another reason or at another place than by the rules"
                                  : "a key was refused",
                          "parse(" + shown(text) + ") says " + said(key ? std::nullopt : std::optional{key.error()}) +
                              ", and the rules " + said(fault)};
    }
    if (fault) return std::nullopt;
    if (key->text != text) return misreading{"a parsed key differs from its text", shown(text)};
    if constexpr (Format::has_handle)
        if (key->handle.value == 0 || key->handle.value > Format::greatest_handle)
            return misreading{"a key is parsed with an impossible handle", shown(text)};
    if (const std::string again = rendered_again<Format>(*key); again != text)
        return misreading{"a key has a second spelling, or is parsed with another handle",
                          shown(text) + ": rendered again, " + shown(again)};
    const std::size_t covered = text.size() - (rules.checksum == nullptr ? 0 : rules.fields.back().chars);
    if (key->authenticated.data() != key->text.data() || key->authenticated.size() != covered)
        return misreading{"the authenticated part of a key is not all of it except the checksum",
                          shown(text) + ": " + std::to_string(key->authenticated.size()) + " characters, and not " +
                              std::to_string(covered)};
    return std::nullopt;
}

}  // namespace shearline::inline v0_1::testing::detail

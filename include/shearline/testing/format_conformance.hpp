// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a format against rules written by hand: what it renders, what it parses, what it refuses and why.
// Depends on format/ and testing/format_rules.hpp; never on a crypto library.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/testing/detail/format_readings.hpp>
#include <shearline/testing/detail/wrong_parsers.hpp>
#include <shearline/testing/format_rules.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// How many keys are tried, and the seed. Any value is valid.
struct format_conformance_options {
    std::uint64_t seed = 1;
    std::size_t keys = 200;  ///< at least; more if the format has more characters
};

namespace detail {

/// Calls `take(text)` with keys of a format and with altered keys, until it returns false.
template <typename Format, typename Take>
void nearly_keys(const format_rules& rules, const format_conformance_options& options, Take take) {
    std::mt19937_64 random{options.seed};
    const std::size_t rounds = std::max(options.keys, Format::chars);  // each alters the next character
    for (std::size_t round = 0; round < rounds; ++round) {
        std::array<std::uint8_t, Format::secret_chars> secret{};
        for (std::uint8_t& digit : secret) digit = static_cast<std::uint8_t>(random() % Format::alphabet::size);
        handle name{};
        if constexpr (Format::has_handle) {
            const std::uint64_t edges[] = {1, Format::greatest_handle};
            name.value = round < 2 ? edges[round] : random() % Format::greatest_handle + 1;
        }
        const std::string key = rendered<Format>(name, secret);
        if (!take(key)) return;
        // One place, with every character, as it is and with the right checksum.
        const std::size_t place = round % key.size();
        for (int code = 0; code < 256; ++code) {
            std::string altered = key;
            altered[place] = static_cast<char>(code);
            if (!take(altered) || !take(rules.with_right_checksum(altered))) return;
        }
        const char any = static_cast<char>(random());
        for (const std::string& altered :
             {key.substr(0, place), key.substr(place), key + any, any + key, key + '\n', key + '\0', ' ' + key,
              key.substr(0, place) + any + key.substr(place), key + key, std::string{key}.erase(place, 1)}) {
            if (!take(altered)) return;
        }
        // Fields at the ends of their ranges, and one beyond.
        std::size_t at = 0;
        for (const rule_field& each : rules.fields) {
            for (const std::string& edge : {each.least, each.greatest, std::string(each.chars, rules.alphabet.back()),
                                            std::string(each.chars, rules.alphabet.front())}) {
                if (!each.text.empty() || edge.empty()) continue;
                for (const int step : {-1, 0, 1}) {
                    std::string altered = key;
                    altered.replace(at, each.chars, edge);
                    char& last = altered[at + each.chars - 1];
                    const std::size_t digit = rules.alphabet.find(last) + rules.alphabet.size();
                    last = rules.alphabet[(digit + static_cast<std::size_t>(step + 1) - 1) % rules.alphabet.size()];
                    if (!take(altered) || !take(rules.with_right_checksum(altered))) return;
                }
            }
            at += each.chars;
        }
        std::string swapped = key;
        std::swap(swapped[place], swapped[random() % swapped.size()]);
        std::string altered_twice = key;
        altered_twice[place] = static_cast<char>(random());
        altered_twice[random() % key.size()] = any;
        if (!take(swapped) || !take(altered_twice)) return;
    }
}

}  // namespace detail

/// Tests `parse`, `render` and `mask` of a format against rules written by hand; a round trip alone would not detect a
/// grammar that is too loose. Tries random keys, each with one place altered in every way, until every place was
/// altered; the same seed tries the same texts. Some hundred thousand texts, about a second. Negative controls: wrong
/// parsers.
///
/// Example:
///     using namespace shearline::testing;
///     using tokens = shearline::basic_format<"acme", shearline::environment::live, shearline::basic_alphabet<"01">,
///                                            shearline::literal<"acme_">, shearline::secret_field<128>>;
///     const report seen = format_conformance<tokens>({.alphabet = "01", .fields = {exactly("acme_"), digits(128)}});
template <typename Format>
[[nodiscard]] report format_conformance(const format_rules& rules, const format_conformance_options& options = {}) {
    report seen;
    seen.check(Format::chars == rules.chars(), "a format has the length of its rules");
    seen.check(Format::chars >= 2 && !rules.fields.front().text.empty(), "a format begins with its prefix");
    seen.check(rules.name.empty() || rules.name == std::string_view{Format::name}, "a format has the name of its rules",
               std::string_view{Format::name});
    seen.check(!rules.environment || *rules.environment == Format::environment_of,
               "a format has the environment of its rules", to_string(Format::environment_of));
    if (!seen) return seen;
    detail::nearly_keys<Format>(rules, options, [&](const std::string& text) {
        const auto key = parse<Format>(text);
        const auto wrong = detail::misreading_of<Format>(rules, text, key);
        if (!seen.check(!wrong, wrong ? wrong->claim : "", wrong ? wrong->detail : "")) return seen.failed() < 20;
        const masked_key masked = mask<Format>(text);
        if (!key) {
            const bool begins = text.starts_with(Format::prefix);
            seen.check(masked.view() == (begins ? std::string{Format::prefix} : "") + "***",
                       "a mask of a text that is not a key shows at most the prefix", detail::shown(text));
            return true;
        }
        std::array<std::uint8_t, Format::secret_chars> other{};
        other.fill(1);
        seen.check(mask<Format>(detail::rendered<Format>(key->handle, other)).view() == masked.view(),
                   "a mask does not depend on the secret", detail::shown(text));
        return true;
    });
    detail::each_wrong_parser<Format>(rules, [&](std::string_view what, std::string_view, auto read) {
        bool found = false;
        detail::nearly_keys<Format>(rules, options, [&](const std::string& text) {
            found = detail::misreading_of<Format>(rules, text, read(text)).has_value();
            return !found;
        });
        seen.control(found, what);
    });
    return seen;
}

}  // namespace shearline::inline v0_1::testing

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a format to rules written down by hand: what it renders, what it reads, what it refuses and why.
// Depends on format/ and testing/format_rules.hpp; never on a crypto library.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>
#include <shearline/testing/detail/shown.hpp>
#include <shearline/testing/format_rules.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// How much a format is asked, and from which seed.
struct format_conformance_options {
    std::uint64_t seed = 1;
    std::size_t keys = 200;  ///< at least; as many more as it takes to alter every place of a key once
};

namespace detail {

/// The text of a key as `render` writes it.
template <typename Format>
[[nodiscard]] std::string rendered(handle name, const std::array<std::uint8_t, Format::secret_chars>& secret) {
    std::array<char, Format::chars> text{};
    render<Format>(name, secret, text);
    return {text.data(), text.size()};
}

/// The text that `render` makes of what was read in a key: the key itself, or else it has two spellings.
template <typename Format>
[[nodiscard]] std::string rendered_again(const parsed_key& key) {
    std::array<std::uint8_t, Format::secret_chars> secret{};
    const std::string_view text = Format::secret_part.of(key.text);
    std::transform(text.begin(), text.end(), secret.begin(), Format::alphabet::decode);
    return rendered<Format>(key.handle, secret);
}

/// What a parser or the rules say of a text.
[[nodiscard]] inline std::string said(const std::optional<format_error>& fault) {
    if (!fault) return "a key";
    return std::string{to_string(fault->code)} + " at " + std::to_string(fault->offset);
}

/// Whether `read`, a parser, says of a text what the rules say. Where it does not, and `seen` is given, says how.
template <typename Read>
bool agrees(const format_rules& rules, const std::string& text, Read read, report* seen) {
    const auto key = read(text);
    const auto fault = rules.judge(text);
    const bool same = key ? !fault : fault && key.error() == *fault;
    if (seen == nullptr) return same;
    return seen->check(same,
                       key     ? "a text that is no key was accepted"
                       : fault ? "a text was refused for another reason, or at another place, than by the rules"
                               : "a key was refused",
                       shown(text) + ": the parser says " + said(key ? std::nullopt : std::optional{key.error()}) +
                           ", and the rules " + said(fault));
}

/// Calls `take(text)` with keys of a format and with texts that are nearly keys; ends where it gives false.
template <typename Format, typename Take>
void nearly_keys(const format_rules& rules, const format_conformance_options& options, Take take) {
    std::mt19937_64 random{options.seed};
    const std::size_t rounds = std::max(options.keys, Format::chars);  // each alters the next place
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
        // Every place, with every character there is, once as it is and once under the right checksum.
        const std::size_t place = round % key.size();
        for (int code = 0; code < 256; ++code) {
            std::string altered = key;
            altered[place] = static_cast<char>(code);
            if (!take(altered) || !take(rules.with_right_checksum(altered))) return;
        }
        const char any = static_cast<char>(random());
        for (std::string altered :
             {key.substr(0, place), key.substr(place), key + any, any + key, key + '\n', key + '\0', ' ' + key,
              key.substr(0, place) + any + key.substr(place), key + key, std::string{key}.erase(place, 1)}) {
            if (!take(altered)) return;
        }
        // Fields at the ends of their ranges, and one past them.
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
        if (!take(swapped)) return;
    }
}

/// Whether a parser that is wrong in a known way is found out.
template <typename Format, typename Read>
bool is_found_out(const format_rules& rules, const format_conformance_options& options, Read read) {
    bool found = false;
    nearly_keys<Format>(rules, options, [&](const std::string& text) {
        found = found || !agrees(rules, text, read, nullptr);
        return !found;
    });
    return found;
}

/// Parsers that are wrong, each in one way that has been a real fault of somebody's.
template <typename Format>
void add_format_controls(report& seen, const format_rules& rules, const format_conformance_options& options) {
    using answer = result<parsed_key, format_error>;
    // What a parser gives beside its verdict is not compared here.
    const auto of = [](std::string_view text) -> answer {
        const auto key = parse<Format>(text);
        return key ? answer{parsed_key{}} : answer{key.error()};
    };
    const auto control = [&](std::string_view what, auto read) {
        seen.control(is_found_out<Format>(rules, options, read), what);
    };
    const auto overlooks = [&of](format_errc code) {
        return [&of, code](const std::string& text) -> answer {
            answer key = of(text);
            return !key && key.error().code == code ? answer{parsed_key{}} : key;
        };
    };
    control("a parser that overlooks the first character", [&](std::string text) {
        if (!text.empty()) text[0] = Format::prefix[0];
        return of(text);
    });
    control("a parser that takes a newline at the end", [&](const std::string& text) {
        return of(text.substr(0, text.size() - (text.ends_with('\n') ? 1U : 0U)));
    });
    control("a parser that takes a space at the beginning",
            [&](const std::string& text) { return of(text.substr(text.starts_with(' ') ? 1U : 0U)); });
    control("a parser that reads to a zero", [&](const std::string& text) { return of(text.c_str()); });
    control("a parser that reads a key and not what follows",
            [&](const std::string& text) { return of(std::string_view{text}.substr(0, Format::chars)); });
    control("a parser that takes characters outside the alphabet", overlooks(format_errc::bad_character));
    control("a parser that says where a text ends one place early", [&](const std::string& text) -> answer {
        answer key = of(text);
        if (key || key.error().code != format_errc::wrong_length) return key;
        return format_error{format_errc::wrong_length, key.error().offset - 1};
    });
    control("a parser that calls every fault one of the prefix", [&](const std::string& text) -> answer {
        const answer key = of(text);
        return key ? key : answer{format_error{format_errc::wrong_prefix, key.error().offset}};
    });
    control("a parser that refuses a key whose last digit is the greatest", [&](const std::string& text) -> answer {
        answer key = of(text);
        if (!key || text[Format::secret_part.offset + Format::secret_chars - 1] != rules.alphabet.back()) return key;
        return format_error{format_errc::bad_character, text.size() - 1};
    });
    if constexpr (Format::has_checksum)
        control("a parser that skips the checksum", overlooks(format_errc::wrong_checksum));
    if constexpr (Format::has_handle)
        control("a parser that takes numbers out of their range", overlooks(format_errc::out_of_range));
}

}  // namespace detail

/// Holds `parse`, `render` and `mask` of a format to rules written by hand. A round trip alone does not notice a
/// grammar that was loosened; the rules do. Random keys, of each one place altered in every way that it can be, until
/// every place was; the same seed asks the same. Takes some hundred thousand readings, about a second.
///
///     format_conformance<acme_format>({.alphabet = "0123456789ABCDEF…", .fields = {exactly("acme_"), digits(32)}})
template <typename Format>
[[nodiscard]] report format_conformance(const format_rules& rules, const format_conformance_options& options = {}) {
    report seen;
    seen.check(Format::chars == rules.chars(), "a format is as long as its rules");
    seen.check(Format::chars >= 2 && !rules.fields.front().text.empty(), "a format begins with its prefix");
    if (!seen) return seen;
    detail::nearly_keys<Format>(rules, options, [&](const std::string& text) {
        if (!detail::agrees(rules, text, &parse<Format>, &seen)) return seen.failed() < 20;
        const auto key = parse<Format>(text);
        const masked_key masked = mask<Format>(text);
        if (!key) {
            const bool begins = text.starts_with(Format::prefix);
            seen.check(masked.view() == (begins ? std::string{Format::prefix} : "") + "***",
                       "of a text that is no key, a mask shows at most the prefix", detail::shown(text));
            return true;
        }
        seen.check(detail::rendered_again<Format>(*key) == text, "a key has a second spelling", detail::shown(text));
        std::array<std::uint8_t, Format::secret_chars> other{};
        other.fill(1);
        seen.check(mask<Format>(detail::rendered<Format>(key->handle, other)).view() == masked.view(),
                   "a mask depends on the secret", detail::shown(text));
        return true;
    });
    detail::add_format_controls<Format>(seen, rules, options);
    return seen;
}

}  // namespace shearline::inline v0_1::testing

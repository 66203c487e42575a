// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Parsers with one fault each, as found in real code: the negative controls of formats.
// Depends on format/parse.hpp and testing/format_rules.hpp; never on a suite.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shearline/format/parse.hpp>
#include <shearline/testing/format_rules.hpp>

namespace shearline::inline v0_1::testing::detail {

/// Calls `take(name, needed, read)` for each parser. `needed`: a character without which no text shows the fault.
template <typename Format, typename Take>
void each_wrong_parser(const format_rules& rules, Take take) {
    using answer = result<parsed_key, format_error>;
    // The answer of a parser that reads `instead` in place of the given text.
    const auto as = [](std::string_view text, const std::string& instead) -> answer {
        answer key = parse<Format>(instead);
        if (key) *key = {text, key->handle, text.substr(0, Format::checksum_part.offset)};
        return key;
    };
    const auto overlooks = [](format_errc code) {
        return [code](std::string_view text) -> answer {
            answer key = parse<Format>(text);
            return !key && key.error().code == code
                       ? answer{parsed_key{.text = text, .handle = {}, .authenticated = {}}}
                       : key;
        };
    };
    const auto changes = [](auto change) {
        return [change](std::string_view text) -> answer {
            answer key = parse<Format>(text);
            if (key) change(*key);
            return key;
        };
    };
    const auto changes_error = [](auto change) {
        return [change](std::string_view text) -> answer {
            const answer key = parse<Format>(text);
            if (key) return key;
            format_error fault = key.error();
            change(fault, text);
            return fault;
        };
    };
    constexpr std::string_view any{};

    take("a parser that ignores the first character", any, [&](std::string_view text) {
        std::string mended{text};
        if (!mended.empty()) mended[0] = Format::prefix[0];
        return as(text, mended);
    });
    take("a parser that accepts a newline at the end", "\n", [&](std::string_view text) {
        return as(text, std::string{text.substr(0, text.size() - (text.ends_with('\n') ? 1U : 0U))});
    });
    take("a parser that accepts a space at the beginning", " ",
         [&](std::string_view text) { return as(text, std::string{text.substr(text.starts_with(' ') ? 1U : 0U)}); });
    take("a parser that stops at a zero byte", std::string_view{"\0", 1},
         [&](std::string_view text) { return as(text, std::string{text.substr(0, text.find('\0'))}); });
    take("a parser that ignores what follows a key", any,
         [&](std::string_view text) { return as(text, std::string{text.substr(0, Format::chars)}); });
    take("a parser that accepts characters outside the alphabet", any, overlooks(format_errc::bad_character));
    if constexpr (Format::has_checksum) {
        take("a parser that skips the checksum", any, overlooks(format_errc::wrong_checksum));
        take("a parser that ignores the last character", any, [&](std::string_view text) {
            const std::string mended = rules.with_right_checksum(std::string{text});
            const std::size_t looked_at = text.empty() ? 0 : text.size() - 1;
            return as(text, mended.substr(0, looked_at) == text.substr(0, looked_at) ? mended : std::string{text});
        });
    }
    if constexpr (Format::has_handle)
        take("a parser that accepts numbers out of range", any, overlooks(format_errc::out_of_range));

    take("a parser whose offset of a wrong length is one too low", any, changes_error([](format_error& fault, auto) {
             if (fault.code == format_errc::wrong_length) --fault.offset;
         }));
    take("a parser that reports the length of the text instead of that of a key", any,
         changes_error([](format_error& fault, std::string_view text) {
             if (fault.code == format_errc::wrong_length) fault.offset = text.size();
         }));
    take("a parser that reports every fault as a wrong prefix", any,
         changes_error([](format_error& fault, auto) { fault.code = format_errc::wrong_prefix; }));
    take("a parser that counts offsets from 1", any, changes_error([](format_error& fault, auto) {
             if (fault.code == format_errc::bad_character) ++fault.offset;
         }));
    take("a parser that reports the last wrong character instead of the first", any,
         changes_error([&rules](format_error& fault, std::string_view text) {
             if (fault.code != format_errc::bad_character) return;
             for (std::size_t at = Format::secret_part.offset; at < text.size(); ++at)
                 if (rules.alphabet.find(text[at]) == std::string::npos) fault.offset = at;
         }));
    take("a parser that refuses a key whose last digit is the highest", any, [&rules](std::string_view text) -> answer {
        answer key = parse<Format>(text);
        if (!key || text[Format::secret_part.offset + Format::secret_chars - 1] != rules.alphabet.back()) return key;
        return format_error{format_errc::bad_character, text.size() - 1};
    });
    if constexpr (Format::has_handle)
        take("a parser that returns the handle of another key", any,
             changes([](parsed_key& key) { key.handle.value = key.handle.value == 1 ? 2 : key.handle.value - 1; }));
    if constexpr (Format::has_checksum)
        take("a parser that lets the digest cover the checksum", any,
             changes([](parsed_key& key) { key.authenticated = key.text; }));
    take("a parser that lets the digest cover the secret alone", any,
         changes([](parsed_key& key) { key.authenticated = Format::secret_part.of(key.text); }));
    take("a parser that lets the digest cover all but the last character of the secret", any,
         changes([](parsed_key& key) { key.authenticated.remove_suffix(1); }));
}

}  // namespace shearline::inline v0_1::testing::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Reads the parts of a key from a text that somebody presents, or says what is wrong with it, and where.
// Depends on basic_format.hpp, characters.hpp, handle.hpp and result.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/format/characters.hpp>
#include <shearline/format/format_error.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/format/number.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// A well-formed key. The views are into the parsed text, which must outlive them.
struct parsed_key {
    std::string_view text;
    shearline::handle handle;        ///< 0 if the format has none
    std::string_view authenticated;  ///< the text without its checksum, which is what the digest covers
};

/// Reads a key of `Format`. Errors, the first that applies, each with its place: `wrong_prefix` (the first literal),
/// `wrong_length`, `bad_character` (the leftmost one, in later literals too), `out_of_range` (a handle of zero or past
/// 2^64-1, or a checksum past its greatest value; thus a key has one spelling), `wrong_checksum`.
///
/// Any bytes of any length are allowed. Variable time: for presented text, which its sender knows. O(prefix) for a
/// wrong length, else O(chars); never allocates. Usable in a constant expression. Thread-safe.
///
/// Example:
///     #include <shearline/format/key_format.hpp>
///     using instance_keys = shearline::key_format<"instance">;
///     const auto key = shearline::parse<instance_keys>("instance_typo");
///     if (key) {
///         const shearline::handle name = key->handle;
///     } else {
///         const std::string_view wrong = to_string(key.error().code);  // "wrong length"
///         const std::size_t expected = key.error().offset;             // 58 characters
///     }
template <typename Format>
[[nodiscard]] constexpr result<parsed_key, format_error> parse(std::string_view text) noexcept {
    static_assert(
        requires { typename Format::alphabet; },
        "parse: Format is no key format: of a bundle or an authority, give its `format`");
    using alphabet = typename Format::alphabet;
    const std::string_view start = text.substr(0, Format::prefix.size());
    for (std::size_t i = 0; i < start.size(); ++i) {
        if (start[i] != Format::prefix[i]) return format_error{format_errc::wrong_prefix, i};
    }
    if (text.size() != Format::chars) return format_error{format_errc::wrong_length, Format::chars};

    if (!detail::has_good_characters<Format>(text))
        return format_error{format_errc::bad_character, detail::find_bad_character<Format>(text)};

    parsed_key key{.text = text, .handle = {}, .authenticated = {text.data(), Format::checksum_part.offset}};
    if constexpr (Format::has_handle) {
        const auto number =
            detail::read_number<alphabet, Format::handle_part.chars>(Format::handle_part.of(text), UINT64_MAX);
        if (!number || *number == 0) return format_error{format_errc::out_of_range, Format::handle_part.offset};
        key.handle.value = *number;
    }
    if constexpr (Format::has_checksum) {
        using checksum = typename Format::checksum_type::algorithm;
        constexpr std::size_t place = Format::checksum_part.offset;
        const auto number = detail::read_number<alphabet, Format::checksum_part.chars>(Format::checksum_part.of(text),
                                                                                       checksum::greatest);
        if (!number) return format_error{format_errc::out_of_range, place};
        if (*number != checksum::of_vartime(Format::covered_by_checksum(text))) {
            return format_error{format_errc::wrong_checksum, place};
        }
    }
    return key;
}

}  // namespace shearline::inline v0_1

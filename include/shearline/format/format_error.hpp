// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What can be wrong with the text of a key, and where.
// Depends on std; never on a crypto library, nor on <string>. It never holds a part of the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Why a text is not a key of a format. Distinct, so that a tool can say what to look at; a server answers all alike.
enum class format_errc : std::uint8_t {
    wrong_prefix = 1,  ///< a fixed character is another one
    wrong_length,      ///< the text ends early, or goes on
    bad_character,     ///< a character outside the alphabet of its field
    out_of_range,      ///< a field holds a number that no key has (a zero handle, or one past its width)
    wrong_checksum,    ///< well formed, but mistyped or made up
};

/// A text that is not a key: what is wrong, and where. A literal type.
struct format_error {
    format_errc code{};
    std::size_t offset = 0;  ///< in chars from the start of the text; for `wrong_length`, where the right length ends

    friend constexpr bool operator==(const format_error&, const format_error&) = default;
};

/// The words for a `format_errc`; a static string without a full stop.
[[nodiscard]] constexpr std::string_view to_string(format_errc code) noexcept {
    switch (code) {
        case format_errc::wrong_prefix: return "wrong prefix";
        case format_errc::wrong_length: return "wrong length";
        case format_errc::bad_character: return "character outside the alphabet";
        case format_errc::out_of_range: return "number out of range";
        case format_errc::wrong_checksum: return "wrong checksum";
    }
    return "unknown";
}

}  // namespace shearline::inline v0_1

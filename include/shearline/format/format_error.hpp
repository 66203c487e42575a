// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What can be wrong with the text of a key, and at which place.
// Depends on std; never on a crypto library, nor on <string>. It never holds a part of the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Why a text is not a key of a format. Tools may show it; a server answers the same to all of them.
enum class format_errc : std::uint8_t {
    wrong_prefix = 1,  ///< a character differs from the first literal of the format
    wrong_length,      ///< the text is too short or too long
    bad_character,     ///< a character is not in the alphabet, or differs from a later literal
    out_of_range,      ///< a number that no key has: a handle of zero or past 2^64-1, or a checksum past its greatest
    wrong_checksum,    ///< the text is mistyped or made up
};

/// What is wrong with a text, and at which place. Holds nothing of the text. A literal type.
struct format_error {
    format_errc code{};
    std::size_t offset = 0;  ///< in chars from the start of the text; for `wrong_length`, the correct length

    friend constexpr bool operator==(const format_error&, const format_error&) = default;
};

/// The text for a `format_errc`; a static string without a full stop. O(1).
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

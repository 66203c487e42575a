// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The handle of a text, before anything else of the text is looked at.
// Depends on basic_format.hpp, handle.hpp and number.hpp; never on a crypto library.
#pragma once

#include <string_view>

#include <shearline/format/handle.hpp>
#include <shearline/format/number.hpp>

namespace shearline::inline v0_1 {

/// Whether a text has the prefix and the length of every key of `Format`, to the byte. For presented text: variable
/// time. O(prefix); any bytes of any length are fine.
template <typename Format>
[[nodiscard]] constexpr bool may_be_key(std::string_view text) noexcept {
    return text.size() == Format::chars &&
           __builtin_memcmp(text.data(), Format::prefix.data(), Format::prefix.size()) == 0;
}

/// The handle that stands in a text for which `may_be_key` holds. It says where to look, and not that the text is a
/// key: `parse` does, of all of it. Where `parse` would refuse the digits, or the number, what comes out is some
/// number.
///
/// For presented text: variable time. O(handle's digits); never allocates.
template <typename Format>
    requires Format::has_handle
[[nodiscard]] constexpr handle find_handle(std::string_view text) noexcept {
    return handle{detail::read_digits<typename Format::alphabet, Format::handle_part.chars>(
        text.data() + Format::handle_part.offset)};
}

}  // namespace shearline::inline v0_1

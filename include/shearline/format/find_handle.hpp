// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The handle of a text, before anything else of the text is looked at.
// Depends on basic_format.hpp and handle.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/format/handle.hpp>

namespace shearline::inline v0 {

/// The handle that stands in a text, or 0 where the text is none of `Format` by its prefix, its length or its handle's
/// digits. That says where to look, and not that the text is a key: `parse` does, of all of it. (A handle past 2^64-1
/// comes out as another one; `parse` refuses it.)
///
/// For presented text: variable time. O(handle's digits); never allocates; any bytes of any length are fine.
template <typename Format>
    requires Format::has_handle
[[nodiscard]] constexpr handle find_handle(std::string_view text) noexcept {
    using alphabet = typename Format::alphabet;
    if (text.size() != Format::chars || !text.starts_with(Format::prefix)) return {};
    // Two halves, so that the multiplications of one do not wait for those of the other.
    constexpr std::size_t chars = Format::handle_part.chars;
    constexpr std::size_t half = chars / 2;
    const std::string_view digits = Format::handle_part.of(text);
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t shift = 1;
    std::uint8_t all = 0;
    for (std::size_t i = 0; i < half; ++i) {
        const std::uint8_t digit = alphabet::decode(digits[i]);
        all |= digit;
        high = high * alphabet::size + digit;
    }
    for (std::size_t i = half; i < chars; ++i) {
        const std::uint8_t digit = alphabet::decode(digits[i]);
        all |= digit;
        low = low * alphabet::size + digit;
        shift *= alphabet::size;
    }
    return {(all & 0x80U) != 0 ? 0 : high * shift + low};
}

}  // namespace shearline::inline v0

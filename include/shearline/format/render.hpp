// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// From a handle and the digits of a fresh secret to the text of a key.
// Depends on basic_format.hpp and handle.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/format/number.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// Writes the literals and the handle that end before `out` does. Aborts on a handle that the format cannot spell.
template <typename Format>
constexpr void render_public_parts(handle name, std::span<char> out) noexcept {
    if (Format::has_handle && (name.value == 0 || name.value > Format::greatest_handle)) std::abort();
    for (const placed_part& part : Format::layout) {
        if (part.offset + part.chars > out.size()) break;
        const std::span<char> place = out.subspan(part.offset, part.chars);
        if (part.kind == part_kind::literal) part.text.copy(place.data(), place.size());
        if (part.kind == part_kind::handle) write_number_vartime<typename Format::alphabet>(name.value, place);
    }
}

}  // namespace detail

/// Writes the key of `Format` with this handle and this secret into `out`, all of it, without an end mark. `digits` are
/// the secret, each below the alphabet's size; greater ones give an unspecified text. The handle is from 1 to
/// `Format::greatest_handle`, anything else aborts; a format without one takes no notice of it.
///
/// Constant-time in the digits: characters and checksum come from arithmetic, with no branch and no address that
/// depends on them. Variable in the handle. O(chars); never allocates; usable in a constant expression. `out` is as
/// secret as the digits.
template <typename Format>
constexpr void render(handle name, std::span<const std::uint8_t, Format::secret_chars> digits,
                      std::span<char, Format::chars> out) noexcept {
    using alphabet = typename Format::alphabet;
    detail::render_public_parts<Format>(name, out);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        out[Format::secret_part.offset + i] = alphabet::encode(digits[i]);
    }
    if constexpr (Format::has_checksum) {
        const std::uint32_t checksum =
            Format::checksum_type::algorithm::of(Format::covered_by_checksum(std::string_view{out.data(), out.size()}));
        constexpr placed_part place = Format::checksum_part;
        detail::write_number<alphabet>(checksum, out.subspan(place.offset, place.chars));
    }
}

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Makes the text of a key from a handle and the digits of a new secret.
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

/// Writes the literals and the handle that fit into `out`. Aborts on a handle that the format cannot hold.
template <typename Format>
constexpr void render_public_parts(handle name, std::span<char> out) noexcept {
    if (Format::has_handle && (name.value == 0 || name.value > Format::greatest_handle)) std::abort();
    for (const placed_part& part : Format::layout) {
        if (part.offset + part.chars > out.size()) break;
        const std::span<char> place = out.subspan(part.offset, part.chars);
        if (part.kind == part_kind::literal) part.text.copy(place.data(), place.size());
        if (part.kind == part_kind::handle)
            write_number_vartime<typename Format::alphabet>(name.value, place.data(), place.size());
    }
}

}  // namespace detail

/// Writes the key of `Format` that has this handle and this secret to `out`; fills `out`, without a terminating NUL.
/// `digits` are the secret, each below the size of the alphabet; greater ones give an unspecified text. The handle is
/// from 1 to `Format::greatest_handle`, any other aborts; a format without a handle ignores it. To make new keys use
/// `generate`, which calls this.
///
/// Constant-time in the digits: characters and checksum are computed without a branch or an address that depends on
/// them. Variable time in the handle. O(chars); never allocates; usable in a constant expression. Thread-safe. `out` is
/// as secret as the digits.
///
/// Example:
///     #include <shearline/format/key_format.hpp>
///     using instance_keys = shearline::key_format<"instance">;
///     constexpr std::array<std::uint8_t, instance_keys::secret_chars> digits{1, 2, 3};  // for a test: not random
///     std::array<char, instance_keys::chars> text{};
///     shearline::render<instance_keys>(shearline::handle{.value = 4711}, digits, text);
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
        detail::write_number<alphabet>(checksum, out.data() + place.offset, place.chars);
    }
}

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The handle of a text, read before the rest of the text is checked.
// Depends on basic_format.hpp, handle.hpp and number.hpp; never on a crypto library.
#pragma once

#include <string_view>

#include <shearline/format/handle.hpp>
#include <shearline/format/number.hpp>

namespace shearline::inline v0_1 {

/// Whether a text has the length and the prefix of a key of `Format`. Any bytes of any length are allowed. Variable
/// time: for presented text. O(prefix). Thread-safe.
template <typename Format>
[[nodiscard]] constexpr bool may_be_key(std::string_view text) noexcept {
    return text.size() == Format::chars &&
           __builtin_memcmp(text.data(), Format::prefix.data(), Format::prefix.size()) == 0;
}

/// The handle in a text for which `may_be_key` is true (required: the length is not checked again). Use it for a
/// look-up alone: only `parse` tells whether the text is a key. An invalid handle gives an unspecified number.
///
/// Variable time: for presented text. O(digits of the handle); never allocates. Thread-safe.
///
/// Example:
///     #include <shearline/format/key_format.hpp>
///     using instance_keys = shearline::key_format<"instance">;
///     const std::string_view text = "instance_CkmNgobJUSmsIVfR4Cyjcby4CbZOkyWDbUPTMN3qcwU3E1YMn";
///     if (shearline::may_be_key<instance_keys>(text)) {
///         const shearline::handle to_look_up = shearline::find_handle<instance_keys>(text);
///     }
template <typename Format>
    requires Format::has_handle
[[nodiscard]] constexpr handle find_handle(std::string_view text) noexcept {
    return handle{detail::read_digits<typename Format::alphabet, Format::handle_part.chars>(
        text.data() + Format::handle_part.offset)};
}

}  // namespace shearline::inline v0_1

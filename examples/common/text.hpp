// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Untrusted text: checks that it is UTF-8, and makes it safe to print on a terminal.
// Depends on std; never on the source of the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace common {

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7), or nothing. Linear.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// Whether valid UTF-8 contains a Unicode control character (Cc: C0, DEL and C1). Linear.
[[nodiscard]] bool has_control(std::string_view utf8) noexcept;

/// `text` for one line of a log: control characters and broken UTF-8 as `\xNN`, cut after `max_bytes`. Text from a
/// database or a server must not control the reader's terminal.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 300);

/// Two hexadecimal digits for each byte.
[[nodiscard]] std::string hexadecimal(std::string_view bytes);

/// `text` without the spaces, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace common

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Untrusted text: checks that it is UTF-8, makes it safe to print on a terminal, and digests it to detect changes.
// Depends on std and libsodium; never on the source of the text.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <optional>
#include <string>

#include <string_view>

namespace legacy_sync {

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7), or nothing. Linear.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// `text` for one line of a log: control characters and broken UTF-8 as `\xNN`, cut after `max_bytes`. Text from a
/// database or a server must not control the reader's terminal.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 300);

/// Two hexadecimal digits for each byte.
[[nodiscard]] std::string hexadecimal(std::string_view bytes);

/// `text` without the spaces, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// 16 bytes of BLAKE2b, to detect changed content; it does not keep the content secret.
[[nodiscard]] inline std::string digest(std::string_view content) {
    std::string out(16, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                       reinterpret_cast<const unsigned char*>(content.data()), content.size(), nullptr, 0);
    return out;
}

}  // namespace legacy_sync

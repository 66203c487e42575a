// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The API key: read from a private file or from the environment, shown only masked.
// Depends on shearline's format and secret folders; never on a connection.
#pragma once

#include <string>
#include <string_view>

#include <shearline/format/key_format.hpp>
#include <shearline/secret/secret_text.hpp>

namespace legacy_sync {

using instance_key = shearline::key_format<"instance">;

/// Where the key is: one of the two is set.
struct key_place {
    std::string file;
    std::string variable;

    /// "the file NAME" or "the environment variable NAME".
    [[nodiscard]] std::string text() const;
};

/// Reads the key. Throws `key_refused`, which says what to do, if there is no key, if others may read the file, or if
/// the text is not a key (a character lost while copying is detected here, before anything is sent).
[[nodiscard]] shearline::secret_text read_key(const key_place& place);

/// What may be shown of the key: "instance_0abcDEFGhij***".
[[nodiscard]] std::string masked(const shearline::secret_text& key);

/// `text` with the key masked, in case a server sent it back to us.
[[nodiscard]] std::string without_key(std::string text, const shearline::secret_text& key);

}  // namespace legacy_sync

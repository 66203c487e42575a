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

/// Where the key is found: one of the two is set.
struct key_place {
    std::string file;
    std::string variable;

    /// "the file NAME" or "the environment variable NAME".
    [[nodiscard]] std::string text() const;
};

/// Reads the key. Throws `key_refused`, which says what to do, where there is none, where others may read the file, and
/// where the text is no key (a digit lost while copying is found here, before anything is sent).
[[nodiscard]] shearline::secret_text read_key(const key_place& place);

/// What may be shown of the key: "instance_0abcDEFGhij***".
[[nodiscard]] std::string masked(const shearline::secret_text& key);

/// `text` without the key, in case that someone sent it back to us.
[[nodiscard]] std::string without_key(std::string text, const shearline::secret_text& key);

}  // namespace legacy_sync

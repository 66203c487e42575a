// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What `issue` and `rotate` return: a new key, whose text is given out this once.
// Depends on credential_id.hpp and secret/secret_text.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/secret/secret_text.hpp>

namespace shearline::inline v0_1 {

/// A new key. Move-only, because it owns the text of the key.
struct issued_key {
    credential_id credential;
    shearline::handle handle;
    std::uint32_t generation = 1;  ///< 0 if a repeated call made this key, and it has been deleted since
    secret_text text{};            ///< give it to its owner, and do not keep it

    /// True if the idempotency token repeated an earlier call, and the text of its key is no longer stored: `text` is
    /// then empty. Rotate with a new token to get a key with its text.
    bool text_lost = false;

    /// After a rotation with grace: until when the previous key stays valid.
    std::optional<timestamp> previous_until{};
};

}  // namespace shearline::inline v0_1

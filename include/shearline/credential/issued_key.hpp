// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the caller of `issue` and `rotate` gets: a fresh key, this once.
// Depends on credential_id.hpp and secret/secret_text.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/secret/secret_text.hpp>

namespace shearline::inline v0_1 {

/// A fresh key. Move-only, since it owns the key's text.
struct issued_key {
    credential_id credential;
    shearline::handle handle;
    std::uint32_t generation = 1;  ///< 0 where a repeated call names a key that was forgotten since
    secret_text text{};            ///< give it to its owner, and let go of it

    /// The call repeated an earlier one by its idempotency token, and the text of the key that was made then is not
    /// kept: `text` is empty. Rotate with a new token to get a key that can be read.
    bool text_lost = false;

    /// After a rotation with grace: until when the key before this one is good.
    std::optional<timestamp> previous_until{};
};

}  // namespace shearline::inline v0_1

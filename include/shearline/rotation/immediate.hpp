// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The rotation without grace: when `rotate` returns, the old key is revoked.
// Depends on credential/record.hpp; never on a store.
#pragma once

#include <shearline/credential/record.hpp>

namespace shearline::inline v0_1 {

/// The default rotation: the old key is revoked at once. Thread-safe.
struct immediate {
    /// Changes the active key when a new one is made. `illegal_state` if it is revoked already. O(1).
    [[nodiscard]] static result<void> replace(record& old, timestamp now) { return revoke(old, now); }
};

}  // namespace shearline::inline v0_1

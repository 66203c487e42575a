// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The rotation that kills: when `rotate` returns, the old key opens nothing.
// Depends on credential/record.hpp; never on a store.
#pragma once

#include <shearline/credential/record.hpp>

namespace shearline::inline v0_1 {

/// The default rotation.
struct immediate {
    /// What becomes of the active key when its successor is made.
    [[nodiscard]] static result<void> replace(record& old, timestamp now) { return revoke(old, now); }
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Starts libsodium, once in a process.
// Depends on libsodium and result.hpp; never on another header of ours.
#pragma once

#include <sodium.h>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// Starts libsodium, unless it has been started. The library calls it where it is needed, so that programs need not.
///
/// Errors: `unavailable` if libsodium cannot start. On a system without any entropy libsodium aborts the process here,
/// and offers no way to avoid that. Thread-safe; O(1) after the first call.
inline result<void> sodium_ready() {
    static const bool ready = ::sodium_init() >= 0;
    if (!ready) return error{errc::unavailable, "libsodium could not start: sodium_init() failed"};
    return {};
}

}  // namespace shearline::inline v0_1

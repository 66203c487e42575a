// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// libsodium's start, once in a process.
// Depends on libsodium and result.hpp; never on another definition of ours.
#pragma once

#include <sodium.h>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// Starts libsodium unless that is done. Whatever here needs it calls it, so that no program must.
///
/// Errors: `unavailable` where libsodium refuses to start. A system without any entropy makes libsodium abort the
/// process here instead; it offers no other answer. Thread-safe; free after the first call.
inline result<void> sodium_ready() {
    static const bool ready = ::sodium_init() >= 0;
    if (!ready) return error{errc::unavailable, "libsodium could not start: sodium_init() failed"};
    return {};
}

}  // namespace shearline::inline v0_1

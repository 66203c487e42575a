// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The system's entropy: the model of `entropy_source` that products use.
// Depends on secret/sodium.hpp; never on format/.
#pragma once

#include <cstddef>
#include <span>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/sodium.hpp>

namespace shearline::inline v0_1 {

/// The system's generator through libsodium (getrandom on Linux). Thread-safe, and safe across `fork`.
/// Where the system has no entropy at all libsodium aborts the process rather than return weak bytes.
struct system_entropy {
    /// Errors: `unavailable` where libsodium cannot start.
    result<void> fill(std::span<std::byte> out) noexcept {
        if (auto ready = sodium_ready(); !ready) return ready;
        if (!out.empty()) ::randombytes_buf(out.data(), out.size());
        return {};
    }
};

}  // namespace shearline::inline v0_1

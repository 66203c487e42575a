// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SHA-256 without a key, for what is not secret.
// Depends on libsodium; never on a key.
#pragma once

#include <cstddef>
#include <span>

#include <sodium.h>

#include <shearline/digest/digest_bytes.hpp>

namespace shearline::inline v0_1 {

/// The SHA-256 (FIPS 180-4) of a message. Linear; thread-safe.
[[nodiscard]] inline digest_bytes sha256(std::span<const std::byte> message) noexcept {
    digest_bytes digest;
    ::crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                         reinterpret_cast<const unsigned char*>(message.data()), message.size());
    return digest;
}

}  // namespace shearline::inline v0_1

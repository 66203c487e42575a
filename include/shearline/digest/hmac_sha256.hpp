// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// HMAC-SHA256 with a precomputed key, through libsodium: the default hash of stored digests.
// Depends on digest/digest_bytes.hpp, secret/wipe.hpp and libsodium; never on format/.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <span>
#include <string_view>

#include <shearline/digest/digest_bytes.hpp>
#include <shearline/secret/wipe.hpp>

namespace shearline::inline v0_1 {

/// HMAC-SHA256 (RFC 2104, FIPS 198-1) under a key of 32 bytes. Models `hash_policy`. Thread-safe.
struct hmac_sha256 {
    static constexpr std::string_view name = "hmac-sha256";

    /// Both hash states after their key block, which saves two of the four or more blocks of each `mac`. As secret as
    /// the key: it is enough to make digests. Trivially copyable, so that `guarded<key_state>` can hold it; wipe an
    /// instance that is anywhere else.
    class key_state {
        friend hmac_sha256;
        explicit key_state(std::span<const std::byte, 32> key) noexcept {
            ::crypto_auth_hmacsha256_init(&m_state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
        }
        crypto_auth_hmacsha256_state m_state;
    };

    /// The state for a key. Constant-time in the key; O(1).
    [[nodiscard]] static key_state prepare(std::span<const std::byte, 32> key) noexcept { return key_state{key}; }

    /// The digest of `message`. Constant-time in the key and in the content of the message; linear in its length. The
    /// working copy of the state is wiped.
    [[nodiscard]] static digest_bytes mac(const key_state& key, std::span<const std::byte> message) noexcept {
        crypto_auth_hmacsha256_state running = key.m_state;
        const wipe_on_exit wipe{running};  // libsodium 1.0.18 wipes it too, and does not promise to
        digest_bytes digest;
        ::crypto_auth_hmacsha256_update(&running, reinterpret_cast<const unsigned char*>(message.data()),
                                        message.size());
        ::crypto_auth_hmacsha256_final(&running, reinterpret_cast<unsigned char*>(digest.data()));
        return digest;
    }
};

}  // namespace shearline::inline v0_1

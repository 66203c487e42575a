// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// HMAC-SHA256 with a precomputed key, through OpenSSL's libcrypto: the digests of hmac_sha256, several times faster.
// Depends on digest/digest_bytes.hpp and libcrypto; never on libsodium. No header of ours includes it.
#pragma once

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <shearline/digest/digest_bytes.hpp>

#ifdef OPENSSL_NO_DEPRECATED_3_0
#error "hmac_sha256_openssl.hpp needs SHA256_Init and the like: unset OPENSSL_NO_DEPRECATED, or use hmac_sha256.hpp"
#endif

// The low-level functions are deprecated since OpenSSL 3.0, but still there. They are used because the one-shot and the
// EVP interfaces fetch and allocate for each digest, which costs more than the hash itself.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace shearline::inline v0_1 {

/// HMAC-SHA256 (RFC 2104, FIPS 198-1) under a key of 32 bytes. Models `hash_policy`, and gives the same digests as
/// `hmac_sha256`: one can replace the other without changing records. Thread-safe.
///
/// The working copies of the states are wiped; what OpenSSL's assembly leaves on its stack cannot be.
struct openssl_hmac_sha256 {
    static constexpr std::string_view name = "hmac-sha256";

    /// Both hash states after their key block. As secret as the key; see `hmac_sha256::key_state`.
    class key_state {
        friend openssl_hmac_sha256;
        explicit key_state(std::span<const std::byte, 32> key) noexcept {
            start(m_inner, key, std::byte{0x36});
            start(m_outer, key, std::byte{0x5c});
        }
        SHA256_CTX m_inner;
        SHA256_CTX m_outer;
    };

    /// The state for a key. Constant-time in the key; O(1).
    [[nodiscard]] static key_state prepare(std::span<const std::byte, 32> key) noexcept { return key_state{key}; }

    /// The digest of `message`. Constant-time in the key and in the content of the message; linear in its length. The
    /// working copy of the state is wiped.
    [[nodiscard]] static digest_bytes mac(const key_state& key, std::span<const std::byte> message) noexcept {
        SHA256_CTX running = key.m_inner;
        digest_bytes digest;
        auto* const out = reinterpret_cast<unsigned char*>(digest.data());
        ::SHA256_Update(&running, message.data(), message.size());
        ::SHA256_Final(out, &running);
        running = key.m_outer;
        ::SHA256_Update(&running, out, digest.size());
        ::SHA256_Final(out, &running);
        ::OPENSSL_cleanse(&running, sizeof running);
        return digest;
    }

private:
    static void start(SHA256_CTX& state, std::span<const std::byte, 32> key, std::byte pad) noexcept {
        std::array<std::byte, SHA256_CBLOCK> block;
        block.fill(pad);
        for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
        ::SHA256_Init(&state);
        ::SHA256_Update(&state, block.data(), block.size());
        ::OPENSSL_cleanse(block.data(), block.size());
    }
};

}  // namespace shearline::inline v0_1

#pragma GCC diagnostic pop

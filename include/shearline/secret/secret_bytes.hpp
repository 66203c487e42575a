// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A fixed number of confidential bytes in place: wiped when they go, moved and never copied, printed or compared.
// Depends on libsodium and secret/reveal.hpp; never on format/.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <span>

#include <shearline/secret/reveal.hpp>

namespace shearline::inline v0_1 {

/// `Bytes` bytes that must not leak: a subkey, fresh key material. No heap; a move copies the bytes and wipes the
/// source, which is then all zeros. Copying, streaming and comparing do not compile. Reading needs the token.
/// Not thread-safe. For what lives as long as the process use `guarded<T>`, whose pages are locked.
template <std::size_t Bytes>
class [[nodiscard]] secret_bytes {
    static_assert(Bytes > 0, "secret_bytes<0>: give the number of bytes that the secret has");

public:
    /// All zeros, to be written through `reveal_mutable`.
    secret_bytes() noexcept = default;

    /// The caller's bytes, copied; the caller's own copy is the caller's to wipe.
    static secret_bytes copy_of(std::span<const std::byte, Bytes> bytes) noexcept {
        secret_bytes made;
        for (std::size_t i = 0; i < Bytes; ++i) made.m_bytes[i] = bytes[i];
        return made;
    }

    secret_bytes(secret_bytes&& other) noexcept : m_bytes{other.m_bytes} { other.wipe(); }

    secret_bytes& operator=(secret_bytes&& other) noexcept {
        if (this != &other) {
            m_bytes = other.m_bytes;
            other.wipe();
        }
        return *this;
    }

    secret_bytes(const secret_bytes&) = delete;  // two copies are two things to wipe
    secret_bytes& operator=(const secret_bytes&) = delete;

    ~secret_bytes() { wipe(); }

    [[nodiscard]] static constexpr std::size_t size() noexcept { return Bytes; }

    /// The bytes. Valid as long as this is.
    [[nodiscard]] std::span<const std::byte, Bytes> reveal(reveal_token) const& noexcept { return m_bytes; }
    std::span<const std::byte, Bytes> reveal(reveal_token) const&& = delete;  // would outlive its owner: name the owner

    /// The bytes, to be written in place. Valid as long as this is.
    [[nodiscard]] std::span<std::byte, Bytes> reveal_mutable(reveal_token) & noexcept { return m_bytes; }

    /// Overwrites the bytes with zeros now, in a way that the compiler may not leave out.
    void wipe() noexcept { ::sodium_memzero(m_bytes.data(), Bytes); }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const secret_bytes&) = delete;  // a secret is not printed
    template <typename Other>
    bool operator==(const Other&) const = delete;  // it would stop at the first difference: constant_time_equal()

private:
    std::array<std::byte, Bytes> m_bytes{};
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A fixed number of confidential bytes in place: wiped when destroyed; movable, and never copied, printed or compared.
// Depends on libsodium and secret/reveal.hpp; never on format/.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <span>

#include <shearline/secret/reveal.hpp>

namespace shearline::inline v0_1 {

/// `Bytes` bytes that must not leak: a subkey, new key material. No heap; a move copies the bytes and wipes the source,
/// which then is all zeros. Copying, streaming and comparing do not compile; reading needs the token. For secrets that
/// live as long as the process use `guarded<T>`, whose pages are locked. Each member is linear in `Bytes` at most;
/// const members may be called from any thread.
template <std::size_t Bytes>
class [[nodiscard]] secret_bytes {
    static_assert(Bytes > 0, "secret_bytes<0>: give the number of bytes that the secret has");

public:
    /// All zeros, to be written through `reveal_mutable`.
    secret_bytes() noexcept = default;

    /// A copy of `bytes`; the caller must wipe the original.
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

    secret_bytes(const secret_bytes&) = delete;  // each copy would have to be wiped
    secret_bytes& operator=(const secret_bytes&) = delete;

    ~secret_bytes() { wipe(); }

    [[nodiscard]] static constexpr std::size_t size() noexcept { return Bytes; }

    /// The bytes; valid as long as this object.
    [[nodiscard]] std::span<const std::byte, Bytes> reveal(reveal_token) const& noexcept { return m_bytes; }
    std::span<const std::byte, Bytes> reveal(reveal_token) const&& = delete;  // would dangle: give the owner a name

    /// The bytes, to be written in place; valid as long as this object.
    [[nodiscard]] std::span<std::byte, Bytes> reveal_mutable(reveal_token) & noexcept { return m_bytes; }

    /// Overwrites the bytes with zeros now; the compiler cannot optimise this away.
    void wipe() noexcept { ::sodium_memzero(m_bytes.data(), Bytes); }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const secret_bytes&) = delete;  // a secret is not printed
    template <typename Other>
    bool operator==(const Other&) const = delete;  // it would stop at the first difference: constant_time_equal()

private:
    std::array<std::byte, Bytes> m_bytes{};
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Confidential text of any length: wiped when destroyed; movable, and never copied, printed or compared.
// Depends on libsodium and secret/reveal.hpp; never on format/.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include <shearline/secret/reveal.hpp>

namespace shearline::inline v0_1 {

/// Text that must not leak: a new key, an opened one, the content of a keyring file.
///
/// The text is on the heap, so that a move copies the pointer and leaves no bytes behind; it is wiped before its memory
/// is freed. The memory is neither locked nor guarded: keep the text for a short time, and a long-lived secret in
/// `guarded<T>`. Copying, streaming and comparing do not compile; reading needs the token. The length is not secret.
/// Each member is linear in the length at most; const members may be called from any thread. Throws
/// `std::bad_alloc` if memory runs out.
///
/// Example:
///     auto key = shearline::secret_text::copy_of("instance_CkmNgobJUSmsIVfR4Cyjcby4CbZOkyWDbUPTMN3qcwU3E1YMn");
///     const auto kept = std::move(key);  // `key` is empty, and the text was not copied
///     const std::string_view text = kept.reveal(shearline::unsafe_reveal);  // valid as long as `kept`
class [[nodiscard]] secret_text {
public:
    /// Empty.
    secret_text() noexcept = default;

    /// `chars` zero bytes, to be written through `reveal_mutable`.
    static secret_text with_chars(std::size_t chars) {
        secret_text made;
        made.m_text = new char[chars]();
        made.m_chars = chars;
        return made;
    }

    /// A copy of `text`; the caller must wipe the original.
    static secret_text copy_of(std::string_view text) {
        secret_text made = with_chars(text.size());
        text.copy(made.m_text, text.size());
        return made;
    }

    secret_text(secret_text&& other) noexcept
        : m_text{std::exchange(other.m_text, nullptr)}, m_chars{std::exchange(other.m_chars, 0)} {}

    secret_text& operator=(secret_text&& other) noexcept {
        if (this != &other) {
            wipe();
            m_text = std::exchange(other.m_text, nullptr);
            m_chars = std::exchange(other.m_chars, 0);
        }
        return *this;
    }

    secret_text(const secret_text&) = delete;  // each copy would have to be wiped
    secret_text& operator=(const secret_text&) = delete;

    ~secret_text() { wipe(); }

    [[nodiscard]] std::size_t size() const noexcept { return m_chars; }
    [[nodiscard]] bool empty() const noexcept { return m_chars == 0; }

    /// The text. Valid until this is moved from, wiped, assigned to or destroyed; not NUL-terminated.
    [[nodiscard]] std::string_view reveal(reveal_token) const& noexcept { return {m_text, m_chars}; }
    std::string_view reveal(reveal_token) const&& = delete;  // would dangle: give the owner a name

    /// The text, to be written in place; valid as long as that of `reveal`.
    [[nodiscard]] std::span<char> reveal_mutable(reveal_token) & noexcept { return {m_text, m_chars}; }

    /// Overwrites the text with zeros now, and becomes empty.
    void wipe() noexcept {
        if (m_text != nullptr) ::sodium_memzero(m_text, m_chars);
        delete[] std::exchange(m_text, nullptr);
        m_chars = 0;
    }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const secret_text&) = delete;  // a secret is not printed; print mask<Format>()
    template <typename Other>
    bool operator==(const Other&) const = delete;  // it would stop at the first difference: constant_time_equal()

private:
    char* m_text = nullptr;
    std::size_t m_chars = 0;
};

}  // namespace shearline::inline v0_1

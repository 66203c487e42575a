// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The custody that can show a key again: the text is encrypted with a key of the keyring, and bound to its row.
// Depends on credential/, digest/, secret/ and libsodium; never on a store.
#pragma once

#include <sodium.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include <shearline/credential/seal_binding.hpp>
#include <shearline/credential/sealed_text.hpp>
#include <shearline/digest/hash_context.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>

namespace shearline::inline v0_1 {

/// Seals with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a subkey of a sealing key. With the database and
/// the keyring together all keys can be read; that is the price of showing a key again. Revoking a key deletes its
/// sealed text; backups may still hold it, and a new sealing key does not change them. Thread-safe; linear in the text.
struct recoverable {
    static constexpr bool keeps_text = true;

    /// Seals `text`. The nonce is 24 random bytes, so that one sealing key is enough for any number of keys.
    /// Constant-time in the text and the key. `invalid_argument` for an empty text; `unavailable` without entropy.
    [[nodiscard]] static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t key_number,
                                                  const seal_binding& binding, const secret_text& text) {
        const std::string_view plain = text.reveal(unsafe_reveal);
        if (plain.empty()) return error{errc::invalid_argument, "there is no key text to seal"};
        sealed_text sealed{.sealing_key = key_number};
        if (auto filled = detail::fill_object(sealed.nonce); !filled) return std::move(filled).error();
        sealed.box.resize(plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
        const hash_context bound = associated_data(binding, key_number);
        ::crypto_aead_xchacha20poly1305_ietf_encrypt(
            as_uchar(sealed.box.data()), nullptr, as_uchar(plain.data()), plain.size(), as_uchar(bound.bytes().data()),
            bound.bytes().size(), nullptr, as_uchar(sealed.nonce.data()), as_uchar(key.reveal(unsafe_reveal).data()));
        return sealed;
    }

    /// Opens what `seal` sealed, with the same key and binding. `corrupt` if the sealed text, the binding or the key
    /// differs; which of them is not distinguished. Constant-time in the text and the key.
    [[nodiscard]] static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& binding,
                                                  const sealed_text& sealed) {
        if (sealed.box.size() <= crypto_aead_xchacha20poly1305_ietf_ABYTES) return does_not_open();
        secret_text text = secret_text::with_chars(sealed.box.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES);
        const hash_context bound = associated_data(binding, sealed.sealing_key);
        if (::crypto_aead_xchacha20poly1305_ietf_decrypt(
                as_uchar(text.reveal_mutable(unsafe_reveal).data()), nullptr, nullptr, as_uchar(sealed.box.data()),
                sealed.box.size(), as_uchar(bound.bytes().data()), bound.bytes().size(), as_uchar(sealed.nonce.data()),
                as_uchar(key.reveal(unsafe_reveal).data())) != 0)
            return does_not_open();
        return text;
    }

private:
    static hash_context associated_data(const seal_binding& binding, std::uint32_t key_number) {
        hash_context bound{"shearline sealed key 1"};
        bound.number(static_cast<std::uint64_t>(binding.environment)).text(binding.format).text(binding.tenant);
        bound.text(binding.credential.to_string()).number(binding.handle.value).number(binding.generation);
        bound.number(key_number);
        return bound;
    }

    static error does_not_open() {
        return {errc::corrupt,
                "a sealed key does not open: it was altered, moved from another row, or sealed under "
                "another keyring"};
    }

    template <typename Byte>
    static unsigned char* as_uchar(Byte* bytes) noexcept {
        return reinterpret_cast<unsigned char*>(bytes);
    }
    template <typename Byte>
    static const unsigned char* as_uchar(const Byte* bytes) noexcept {
        return reinterpret_cast<const unsigned char*>(bytes);
    }
};

}  // namespace shearline::inline v0_1

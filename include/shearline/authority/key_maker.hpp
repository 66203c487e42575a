// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Makes a key and its record; checks whether a text is the key of a record; opens the sealed text of a record.
// Depends on digest/, generate.hpp, keyring.hpp and custody/; never on one store.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>

#include <shearline/concepts.hpp>
#include <shearline/credential/issued_key.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/generate.hpp>
#include <shearline/keyring.hpp>
#include <shearline/keyring/digester.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1::detail {

/// A new key: the record to store, and the text to give out.
struct made_key {
    shearline::record record;
    secret_text text;
};
[[nodiscard]] inline issued_key issued(made_key made) noexcept {
    return {.credential = made.record.credential,
            .handle = made.record.handle,
            .generation = made.record.generation,
            .text = std::move(made.text)};
}

/// Makes, checks and opens the keys of one bundle of policies. Holds the peppers' subkeys in guarded memory, and a
/// snapshot of the keyring for the sealing keys. Movable; otherwise thread-safe.
template <typename Policies>
class key_maker {
    using format = typename Policies::format;
    using custody = typename Policies::custody;

public:
    [[nodiscard]] static result<key_maker> make(const keyring& ring) {
        auto hashes = digester<typename Policies::hash>::make(ring, "key", format::name, format::environment_of);
        if (!hashes) return std::move(hashes).error();
        return key_maker{*std::move(hashes), ring};
    }

    /// The next key of `owner`, of the credential's generation, active from now on.
    [[nodiscard]] result<made_key> key_for(const credential& owner, timestamp now) const {
        auto fresh = generate<format>();
        if (!fresh) return std::move(fresh).error();
        made_key made{.record = {.format = std::string{format::name},
                                 .handle = fresh->handle,
                                 .credential = owner.id,
                                 .generation = owner.generation,
                                 .digest = {},
                                 .created_at = now},
                      .text = std::move(fresh->text)};
        made.record.digest = m_hashes.digest(authenticated_part(made.text));
        if constexpr (custody::keeps_text) {
            const std::uint32_t number = m_ring.current_sealing_key();
            auto key = sealing_key(number);
            if (!key) return std::move(key).error();
            auto sealed = custody::seal(*key, number, binding_of(owner, made.record), made.text);
            if (!sealed) return std::move(sealed).error();
            made.record.sealed = *std::move(sealed);
        }
        return made;
    }

    /// A new random id for a credential.
    [[nodiscard]] static result<credential_id> new_id() {
        credential_id::bytes_type random{};
        if (auto filled = fill_object(random); !filled) return std::move(filled).error();
        return credential_id::from_random(random);
    }

    /// Why a text of the format is not the key of a record; `std::nullopt` if it is. Constant-time in digest and
    /// peppers.
    [[nodiscard]] std::optional<reason> refute(const record& key, const parsed_key& presented) const noexcept {
        switch (m_hashes.check(key.digest, std::as_bytes(std::span{presented.authenticated}))) {
            case digest_match::other_hash: return reason::wrong_hash;
            case digest_match::no_such_pepper: return reason::pepper_dropped;
            case digest_match::no: return reason::wrong_secret;
            case digest_match::yes: return std::nullopt;
        }
        return reason::wrong_secret;
    }

    /// Whether a record's digest was made under a retired pepper: the key should be rotated.
    [[nodiscard]] bool is_outdated(const record& key) const noexcept { return m_hashes.is_outdated(key.digest); }

    /// The text of a stored key, checked against the record's digest. `not_recoverable` if no text is stored, or if its
    /// sealing key or its pepper was dropped; `corrupt` if it does not open or is the text of another key.
    [[nodiscard]] result<secret_text> open(const credential& owner, const record& key) const {
        if constexpr (custody::keeps_text) {
            if (!key.sealed) return error{errc::not_recoverable, "the text of this key is no longer kept"};
            auto unsealing = sealing_key(key.sealed->sealing_key);
            if (!unsealing && unsealing.error().code() == errc::illegal_state)
                return error{errc::not_recoverable, "the text of this key is lost: its sealing key was dropped"};
            if (!unsealing) return std::move(unsealing).error();
            auto text = custody::open(*unsealing, binding_of(owner, key), *key.sealed);
            if (!text) return text;
            const auto parsed = parse<format>(text->reveal(unsafe_reveal));
            if (!parsed || parsed->handle.value != key.handle.value)
                return error{errc::corrupt, "a sealed text is not the text of its key"};
            const auto refuted = refute(key, *parsed);
            if (refuted == reason::pepper_dropped)
                return error{errc::not_recoverable, "the pepper of this key was dropped: its text opens nothing"};
            if (refuted) return error{errc::corrupt, "a sealed text is not the text of its key"};
            return text;
        } else {
            return error{errc::not_recoverable,
                         "keys of this product are shown once, when they are issued: rotate to get a new one"};
        }
    }

private:
    key_maker(digester<typename Policies::hash> hashes, keyring ring)
        : m_hashes{std::move(hashes)}, m_ring{std::move(ring)} {}

    /// The authenticated part of a text that this object made or opened.
    [[nodiscard]] static std::span<const std::byte> authenticated_part(const secret_text& text) noexcept {
        return std::as_bytes(std::span{text.reveal(unsafe_reveal)}.first(format::checksum_part.offset));
    }

    [[nodiscard]] result<secret_bytes<32>> sealing_key(std::uint32_t number) const {
        return m_ring.subkey(key_kind::sealing, number, "seal", format::name, format::environment_of);
    }

    [[nodiscard]] static seal_binding binding_of(const credential& owner, const record& key) noexcept {
        return {.environment = format::environment_of,
                .format = format::name,
                .tenant = owner.tenant,
                .credential = owner.id,
                .handle = key.handle,
                .generation = key.generation};
    }

    digester<typename Policies::hash> m_hashes;
    keyring m_ring;
};

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A keyed hash under every pepper of a keyring, for one purpose: makes digests with the current pepper, and checks
// digests of any pepper that has not been dropped.
// Depends on keyring.hpp, concepts.hpp and secret/; never on a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/error.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/keyring.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/secret/guarded.hpp>

namespace shearline::inline v0_1::detail {

/// What `digester::check` found.
enum class digest_match : std::uint8_t { yes, no, no_such_pepper, other_hash };

/// Holds one precomputed hash state for each pepper, in guarded memory. Constant-time in the peppers, the message and
/// the digests; which pepper a digest names is not secret. Movable; const members may be called from any thread.
///
/// Example:
///     #include <shearline/digest/hmac_sha256.hpp>
///     const auto ring = shearline::keyring::open("keyring");
///     if (!ring) return ring.error();
///     using sha256_digester = shearline::detail::digester<shearline::hmac_sha256>;
///     const auto keys = sha256_digester::make(*ring, "key", "instance", shearline::environment::live);
///     if (!keys) return keys.error();
///     const auto message = std::as_bytes(std::span{std::string_view{"instance_CkmNgobJUSm"}});
///     const bool same = keys->check(keys->digest(message), message) == shearline::detail::digest_match::yes;
template <typename Hash>
class digester {
    static_assert(hash_policy<Hash>,
                  "digester<Hash>: Hash must be a keyed hash with a precomputed key, as hmac_sha256 is");
    static_assert(hash_name::is_valid(Hash::name),
                  "digester<Hash>: give the hash a name of 1 to 32 characters of a-z, 0-9 and '-', such as "
                  "\"hmac-sha256\": stored digests carry it");

public:
    /// The hash that the digests are made with.
    static constexpr hash_name hash{Hash::name};

    /// Derives the subkey of each pepper for purpose, format, environment and hash. `unavailable` if the system gives
    /// no guarded memory. O(peppers).
    [[nodiscard]] static result<digester> make(const keyring& ring, std::string_view purpose, std::string_view format,
                                               environment where) {
        // hmac-sha256 was the first hash, when subkeys had no label for it: it keeps those.
        constexpr std::string_view labelled = hash.view() == "hmac-sha256" ? "" : hash.view();
        return make(ring.peppers(), [&](std::uint32_t number) {
            return ring.subkey(key_kind::pepper, number, purpose, format, where, labelled);
        });
    }

    /// The same with the proof keys of a keyring in place of its peppers, for one purpose and one store. A keyring
    /// without a proof key is `wrong_keyring`.
    [[nodiscard]] static result<digester> of_proofs(const keyring& ring, std::string_view purpose,
                                                    const store_id& store) {
        const auto keys = ring.proof_keys();
        if (keys.empty())
            return error{
                errc::wrong_keyring,
                "this keyring was made before stores were proved, and has no proof key: call `prove_store` once"};
        return make(keys, [&](std::uint32_t number) { return ring.proof_subkey(number, purpose, store); });
    }

    /// The digest of a message under the current pepper.
    [[nodiscard]] stored_digest digest(std::span<const std::byte> message) const noexcept {
        const keyed& current = m_peppers[m_current];
        return {.pepper = current.number, .mac = Hash::mac(current.state.reveal(unsafe_reveal), message), .hash = hash};
    }

    /// Whether `stored` is the digest of `message`; `other_hash` if another hash made it. One hash; O(peppers).
    [[nodiscard]] digest_match check(const stored_digest& stored, std::span<const std::byte> message) const noexcept {
        if (stored.hash != hash) return digest_match::other_hash;
        const auto mac = digest_under(stored.pepper, message);
        if (!mac) return digest_match::no_such_pepper;
        return constant_time_equal<32>(*mac, stored.mac) ? digest_match::yes : digest_match::no;
    }

    /// The digest of a message under one pepper, or nothing if there is no such pepper. One hash; O(peppers).
    [[nodiscard]] std::optional<digest_bytes> digest_under(std::uint32_t pepper,
                                                           std::span<const std::byte> message) const noexcept {
        for (const keyed& one : m_peppers)
            if (one.number == pepper) return Hash::mac(one.state.reveal(unsafe_reveal), message);
        return std::nullopt;
    }

    /// The digests of a message under every pepper, to look up a digest whose pepper is not known. O(peppers) hashes.
    [[nodiscard]] std::vector<digest_bytes> digests(std::span<const std::byte> message) const {
        std::vector<digest_bytes> all;
        all.reserve(m_peppers.size());
        for (const keyed& pepper : m_peppers) all.push_back(Hash::mac(pepper.state.reveal(unsafe_reveal), message));
        return all;
    }

    /// Whether `stored` was made with a pepper that is not the current one, and should be replaced. O(1).
    [[nodiscard]] bool is_outdated(const stored_digest& stored) const noexcept {
        return stored.pepper != m_peppers[m_current].number;
    }

private:
    using state_type = typename Hash::key_state;
    struct keyed {
        std::uint32_t number;
        guarded<state_type> state;
    };

    template <typename Derive>
    [[nodiscard]] static result<digester> make(const std::vector<keyring::entry_info>& keys, Derive derive) {
        digester made;
        for (const auto& one : keys) {
            const auto subkey = derive(one.number);
            if (!subkey) continue;  // dropped
            auto state = guarded<state_type>::make([&] { return Hash::prepare(subkey->reveal(unsafe_reveal)); });
            if (!state) return std::move(state).error();
            if (one.status == key_status::current) made.m_current = made.m_peppers.size();
            made.m_peppers.push_back({one.number, *std::move(state)});
        }
        return made;
    }

    std::vector<keyed> m_peppers;
    std::size_t m_current = 0;
};

}  // namespace shearline::inline v0_1::detail

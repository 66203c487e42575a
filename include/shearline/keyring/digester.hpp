// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A keyed hash under every pepper of a keyring, for one purpose: makes digests under the current pepper, and checks
// those made under any that is still there.
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

/// Holds one precomputed state for each pepper, in guarded memory. Constant-time in the peppers, the message and the
/// digests; which pepper a digest names is not secret. Movable; reading is thread-safe.
template <typename Hash>
class digester {
    static_assert(hash_policy<Hash>,
                  "digester<Hash>: Hash must be a keyed hash with a precomputed key, as hmac_sha256 is");
    static_assert(hash_name::is_valid(Hash::name),
                  "digester<Hash>: give the hash a name of 1 to 32 characters of a-z, 0-9 and '-', such as "
                  "\"hmac-sha256\": stored digests carry it");

public:
    /// The hash that every digest of this names.
    static constexpr hash_name hash{Hash::name};

    /// Derives the subkey of each pepper for `purpose`, `format`, environment and hash. `unavailable` where the system
    /// gives no memory for them.
    [[nodiscard]] static result<digester> make(const keyring& ring, std::string_view purpose, std::string_view format,
                                               environment where) {
        // The subkeys of hmac-sha256, the first hash, are those that it had when it was the only one.
        constexpr std::string_view labelled = hash.view() == "hmac-sha256" ? "" : hash.view();
        digester made;
        for (const auto& pepper : ring.peppers()) {
            const auto subkey = ring.subkey(key_kind::pepper, pepper.number, purpose, format, where, labelled);
            if (!subkey) continue;  // dropped
            auto state = guarded<state_type>::make([&] { return Hash::prepare(subkey->reveal(unsafe_reveal)); });
            if (!state) return std::move(state).error();
            if (pepper.status == key_status::current) made.m_current = made.m_peppers.size();
            made.m_peppers.push_back({pepper.number, *std::move(state)});
        }
        return made;
    }

    /// The digest of a message under the current pepper.
    [[nodiscard]] stored_digest digest(std::span<const std::byte> message) const noexcept {
        const keyed& current = m_peppers[m_current];
        return {.pepper = current.number, .mac = Hash::mac(current.state.reveal(unsafe_reveal), message), .hash = hash};
    }

    /// Whether `stored` is the digest of `message`; one by another hash is not looked at. O(peppers) beside the hash.
    [[nodiscard]] digest_match check(const stored_digest& stored, std::span<const std::byte> message) const noexcept {
        if (stored.hash != hash) return digest_match::other_hash;
        const auto mac = digest_under(stored.pepper, message);
        if (!mac) return digest_match::no_such_pepper;
        return constant_time_equal<32>(*mac, stored.mac) ? digest_match::yes : digest_match::no;
    }

    /// The digest of a message under one pepper; none where that pepper is not there. O(peppers) beside the hash.
    [[nodiscard]] std::optional<digest_bytes> digest_under(std::uint32_t pepper,
                                                           std::span<const std::byte> message) const noexcept {
        for (const keyed& one : m_peppers)
            if (one.number == pepper) return Hash::mac(one.state.reveal(unsafe_reveal), message);
        return std::nullopt;
    }

    /// The digests of a message under every pepper, for a look-up of what may have been stored under any of them.
    [[nodiscard]] std::vector<digest_bytes> digests(std::span<const std::byte> message) const {
        std::vector<digest_bytes> all;
        all.reserve(m_peppers.size());
        for (const keyed& pepper : m_peppers) all.push_back(Hash::mac(pepper.state.reveal(unsafe_reveal), message));
        return all;
    }

    /// Whether `stored` is under a pepper that is no longer the current one, and so should be made anew.
    [[nodiscard]] bool is_outdated(const stored_digest& stored) const noexcept {
        return stored.pepper != m_peppers[m_current].number;
    }

private:
    using state_type = typename Hash::key_state;
    struct keyed {
        std::uint32_t number;
        guarded<state_type> state;
    };

    std::vector<keyed> m_peppers;
    std::size_t m_current = 0;
};

}  // namespace shearline::inline v0_1::detail

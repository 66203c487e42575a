// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Proves the rows of one store, and checks their proofs: with the database alone nobody makes or changes one.
// Depends on keyring/digester.hpp and store/row_encoding.hpp; never on one store.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <shearline/digest/hash_context.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/row_proof.hpp>
#include <shearline/keyring.hpp>
#include <shearline/keyring/digester.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/store/row_encoding.hpp>

namespace shearline::inline v0_1::detail {

/// The HMAC-SHA256 that proofs are made with: the bundle's hash if it is one, which may be a faster implementation.
template <typename Policies>
using proof_hash = std::conditional_t<Policies::hash::name == hmac_sha256::name, typename Policies::hash, hmac_sha256>;

/// Makes and checks the proofs of one store under one keyring. A proof is an HMAC-SHA256 under a subkey for the store
/// and the kind of row, so a row is worth nothing in another store or in another place. Constant-time in keys and
/// proofs; linear in the row. Movable; otherwise thread-safe.
template <typename Hash>
class row_prover {
    static_assert(Hash::name == hmac_sha256::name, "row_prover<Hash>: proofs are HMAC-SHA256");

public:
    /// `wrong_keyring` for a keyring without a proof key; `unavailable` if the system has no guarded memory left.
    [[nodiscard]] static result<row_prover> make(const keyring& ring, const store_id& store) {
        auto credentials = digester<Hash>::of_proofs(ring, "credential", store);
        if (!credentials) return std::move(credentials).error();
        auto entries = digester<Hash>::of_proofs(ring, "idempotency", store);
        if (!entries) return std::move(entries).error();
        auto identities = digester<Hash>::of_proofs(ring, "identity", store);
        if (!identities) return std::move(identities).error();
        return row_prover{store, *std::move(credentials), *std::move(entries), *std::move(identities)};
    }

    [[nodiscard]] const store_id& store() const noexcept { return m_store; }

    /// The proof of a credential and its keys that are not revoked.
    [[nodiscard]] row_proof of(const scanned_credential& owner, std::span<const scanned_key> keys) const {
        return prove(m_credentials, encoded(owner, keys));
    }
    /// Whether its proof is the one of a credential and these keys.
    [[nodiscard]] bool is_proved(const scanned_credential& owner, std::span<const scanned_key> keys) const {
        return check(m_credentials, owner.proof, encoded(owner, keys));
    }

    /// The same of an idempotency entry, for a request of this tenant and operation.
    [[nodiscard]] row_proof of(const idempotency_entry& entry, std::string_view tenant,
                               std::string_view operation) const {
        return prove(m_entries, encoded(entry, tenant, operation));
    }
    [[nodiscard]] bool is_proved(const idempotency_entry& entry, std::string_view tenant,
                                 std::string_view operation) const {
        return check(m_entries, entry.proof, encoded(entry, tenant, operation));
    }

    /// The same of a store's identity.
    [[nodiscard]] row_proof of(const store_identity& identity) const { return prove(m_identities, encoded(identity)); }
    [[nodiscard]] bool is_proved(const store_identity& identity) const {
        return identity.id == m_store && check(m_identities, identity.proof, encoded(identity));
    }

    /// Whether a proof was made with the current proof key.
    [[nodiscard]] bool is_current(const row_proof& proof) const noexcept {
        return !m_credentials.is_outdated({.pepper = proof.key});
    }

private:
    row_prover(const store_id& store, digester<Hash> credentials, digester<Hash> entries, digester<Hash> identities)
        : m_store{store},
          m_credentials{std::move(credentials)},
          m_entries{std::move(entries)},
          m_identities{std::move(identities)} {}

    template <typename... Row>
    [[nodiscard]] hash_context encoded(const Row&... row) const {
        hash_context words{"shearline row 1"};
        words.reserve(512);  // most rows are shorter
        words.bytes(m_store);
        append(words, row...);
        return words;
    }
    [[nodiscard]] static row_proof prove(const digester<Hash>& with, const hash_context& row) {
        const stored_digest made = with.digest(row.bytes());
        return {made.pepper, made.mac};
    }
    [[nodiscard]] static bool check(const digester<Hash>& with, const row_proof& proof, const hash_context& row) {
        const auto made = with.digest_under(proof.key, row.bytes());
        return made && constant_time_equal<32>(*made, proof.mac);
    }

    store_id m_store;
    digester<Hash> m_credentials;
    digester<Hash> m_entries;
    digester<Hash> m_identities;
};

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keys and tokens of an authority under one keyring, and the switch to another while threads use the first.
// Depends on authority/, store/row_prover.hpp and store/store_binding.hpp; never on one store.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <shearline/authority/idempotency.hpp>
#include <shearline/authority/key_maker.hpp>
#include <shearline/authority/steps.hpp>
#include <shearline/keyring.hpp>
#include <shearline/store/credential_rows.hpp>
#include <shearline/store/keyring_binding.hpp>
#include <shearline/store/row_prover.hpp>
#include <shearline/store/store_binding.hpp>

namespace shearline::inline v0_1::detail {

/// The keys, the idempotency tokens and the proofs under one keyring. Immutable and thread-safe.
template <typename Policies>
struct keyring_snapshot {
    using format = typename Policies::format;

    using prover = row_prover<proof_hash<Policies>>;

    key_maker<Policies> keys;
    idempotency<typename Policies::hash> tokens;
    prover rows;
    store_identity identity;

    /// `unavailable` if the system has no guarded memory left.
    [[nodiscard]] static result<keyring_snapshot> make(const keyring& ring, const store_identity& bound) {
        auto keys = key_maker<Policies>::make(ring);
        if (!keys) return std::move(keys).error();
        auto tokens = idempotency<typename Policies::hash>::make(ring, format::name, format::environment_of);
        if (!tokens) return std::move(tokens).error();
        auto rows = prover::make(ring, bound.id);
        if (!rows) return std::move(rows).error();
        return keyring_snapshot{*std::move(keys), *std::move(tokens), *std::move(rows), bound};
    }

    /// Whether the rows that were read together are those that this library wrote.
    [[nodiscard]] bool are_proved(const key_view& read) const {
        credential_rows seen{read.about, read.others};
        seen.add(read.key);
        return rows.is_proved(seen.owner(), seen.keys());
    }
    [[nodiscard]] bool are_proved(const credential_view& read) const { return is_proved(rows, read.about, read.keys); }

    /// Whether a transaction is in the store that this was made for. Its keyring may be a later one, but proofs are
    /// made with the current proof key only, so that the ones before it can be dropped.
    template <typename Transaction>
    [[nodiscard]] result<void> check_store(Transaction& tx) const {
        auto found = tx.identity();
        if (!found) return std::move(found).error();
        if (!*found || (**found).id != identity.id)
            return error{errc::wrong_keyring, "the store is no longer the one that was opened: open it again"};
        const bool same_proof = (**found).proof.key == identity.proof.key && (**found).proof.mac == identity.proof.mac;
        if (same_proof && (**found).keyring == identity.keyring) return {};
        if (rows.is_proved(**found) && rows.is_current((**found).proof)) return {};
        return error{errc::wrong_keyring,
                     "the store's row about its keyring was edited, or written with a later keyring that has another "
                     "proof key: read the keyring's file again, and `use` it"};
    }

    /// Runs `body()`, unless the same change was made before under the same token: then returns the stored outcome.
    template <typename Transaction, typename Body>
    [[nodiscard]] result<issued_key> once(Transaction& tx, const change_request& asked, const request_context& by,
                                          timestamp now, Body body) const {
        auto before = tokens.find(tx, by, asked, now);
        if (!before) return std::move(before).error();
        if (*before && !rows.is_proved(**before, asked.tenant, asked.operation))
            return error{errc::corrupt,
                         "the entry of an idempotency token was edited, or is from before rows were proved: "
                         "see whether the change was made, and choose a new token"};
        if (*before) return repeat(tx, **before, asked, by, now);
        result<issued_key> made = body();
        if (!made) return made;
        if (auto done = tokens.remember(tx, rows, by, asked, *made, now); !done) return std::move(done).error();
        return made;
    }

private:
    /// The stored outcome, with the key's text if that is still kept; then a "reveal" is audited. `corrupt` if the
    /// entry cannot come from this request: write access to the database must not give one tenant the key of another.
    template <typename Transaction>
    [[nodiscard]] result<issued_key> repeat(Transaction& tx, const idempotency_entry& before,
                                            const change_request& asked, const request_context& by,
                                            timestamp now) const {
        auto owner = tx.find(before.credential);
        if (!owner) return std::move(owner).error();
        if (!*owner || (**owner).tenant != asked.tenant || (asked.credential && *asked.credential != before.credential))
            return error{errc::corrupt, "an idempotency token's entry names a credential that is not the request's"};
        auto live = tx.live_keys_of(before.credential);
        if (!live) return std::move(live).error();
        if (!is_proved(rows, **owner, *live)) return unproved(before.credential);
        issued_key again{.credential = before.credential, .handle = {}};
        if (!before.handle) return again;
        again.handle = *before.handle;
        auto key = tx.find(format::name, again.handle);
        if (!key) return std::move(key).error();
        if (*key && (**key).credential != before.credential)
            return error{errc::corrupt, "an idempotency token's entry names a key of another credential"};
        again.generation = *key ? (**key).generation : 0;
        if (*key) {  // it may have been pruned since
            auto text = keys.open(**owner, **key);
            if (!text && text.error().code() != errc::not_recoverable) return std::move(text).error();
            if (text) again.text = *std::move(text);
        }
        again.text_lost = again.text.empty();
        for (const record& other : *live)
            if (other.generation + 1 == again.generation && other.state == key_state::retiring)
                again.previous_until = other.retires_at;
        if (!again.text_lost)
            if (auto done = audit(tx, **owner, "reveal", again.handle, by, now); !done) return std::move(done).error();
        return again;
    }
};

/// The current snapshot of an authority. Thread-safe: a snapshot stays valid for as long as a caller holds it.
template <typename Policies>
class current_keyring {
public:
    using snapshot = keyring_snapshot<Policies>;

    /// The current snapshot. Locks to copy a pointer, never while hashing.
    [[nodiscard]] std::shared_ptr<const snapshot> get() const {
        const std::scoped_lock lock{m_mutex};
        return m_current;
    }

    /// Binds the store to a keyring and uses it from now on. On an error nothing is changed.
    template <typename Store>
    [[nodiscard]] result<void> use(Store& store, const keyring& ring) {
        std::shared_ptr<const snapshot> next;
        const auto prepare = [&](const store_identity& bound) -> result<void> {
            auto made = snapshot::make(ring, bound);
            if (!made) return std::move(made).error();
            next = std::make_shared<const snapshot>(*std::move(made));
            return {};
        };
        // Serialised, so that the keyring bound last is the one in use.
        const std::scoped_lock alone{m_changing};
        if (auto bound = bind_store<Policies>(store, ring, prepare); !bound) return bound;
        const std::scoped_lock lock{m_mutex};
        m_current.swap(next);
        return {};
    }

private:
    std::mutex m_changing;
    mutable std::mutex m_mutex;
    std::shared_ptr<const snapshot> m_current;
};

}  // namespace shearline::inline v0_1::detail

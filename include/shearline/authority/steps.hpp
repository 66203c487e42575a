// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The steps of a change, inside the store's transaction.
// Depends on credential/ and store/change.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/credential_rows.hpp>
#include <shearline/store/row_encoding.hpp>

namespace shearline::inline v0_1::detail {

/// A credential that must exist; `not_found` if it does not.
template <typename Transaction>
[[nodiscard]] result<credential> owner_of(Transaction& tx, const credential_id& id) {
    auto found = tx.find(id);
    if (!found) return std::move(found).error();
    if (!*found) return error{errc::not_found, "no credential has the id " + id.to_string()};
    return **std::move(found);
}

/// `illegal_state` if the credential is revoked, which is final.
[[nodiscard]] inline result<void> not_revoked(const credential& owner) {
    if (owner.revoked_at) return error{errc::illegal_state, "the credential was revoked: issue a new one"};
    return {};
}

/// The error for a credential whose proof is not the one of its rows.
[[nodiscard]] inline error unproved(const credential_id& id) {
    return {errc::corrupt,
            "the rows of the credential " + id.to_string() +
                " are not those that this library wrote: they were edited; revoke it, and issue a new one"};
}

/// Whether the proof of a credential is the one of its rows, its metadata included; `corrupt` if not.
template <typename Prover>
[[nodiscard]] bool is_proved(const Prover& by, const credential& owner, const std::vector<record>& keys) {
    const credential_rows rows{owner, keys};
    return by.is_proved(rows.owner(), rows.keys()) && owner.metadata_digest == digest_of(owner.metadata);
}

/// `owner_of` a credential whose proof holds; `corrupt` if it does not.
template <typename Transaction, typename Prover>
[[nodiscard]] result<credential> proved_owner_of(Transaction& tx, const Prover& by, const credential_id& id) {
    auto owner = owner_of(tx, id);
    if (!owner) return owner;
    auto keys = tx.live_keys_of(id);
    if (!keys) return std::move(keys).error();
    if (!is_proved(by, *owner, *keys)) return unproved(id);
    return owner;
}

/// Proves a credential and its keys that are not revoked, a range of records.
template <typename Prover, typename Keys>
void prove(const Prover& by, credential& owner, const Keys& keys) {
    owner.metadata_digest = digest_of(owner.metadata);
    const credential_rows rows{owner, keys};
    owner.proof = by.of(rows.owner(), rows.keys());
}

/// The same, with its keys as they are in the transaction.
template <typename Transaction, typename Prover>
[[nodiscard]] result<void> prove(Transaction& tx, const Prover& by, credential& owner) {
    auto keys = tx.live_keys_of(owner.id);
    if (!keys) return std::move(keys).error();
    prove(by, owner, *keys);
    return {};
}

/// The same, and stores the proof alone.
template <typename Transaction, typename Prover>
[[nodiscard]] result<void> prove_stored(Transaction& tx, const Prover& by, credential& owner) {
    auto done = prove(tx, by, owner);
    if (done) done = tx.prove(owner.id, owner.metadata_digest, owner.proof);
    return done;
}

/// Runs `move(record&) -> result<void>` on every key of a credential that is not revoked, and stores the result.
template <typename Transaction, typename Move>
[[nodiscard]] result<void> move_live_keys(Transaction& tx, const credential_id& id, Move move) {
    auto keys = tx.live_keys_of(id);
    if (!keys) return std::move(keys).error();
    for (record& key : *keys) {
        result<void> done = move(key);
        if (done) done = tx.update(key);
        if (!done) return done;
    }
    return {};
}

/// Ends the keys of a credential before its next one, by a rotation policy; a key that was retiring already has had its
/// grace, because a credential has two live keys at most. Returns the end of the grace of the one before, if it has
/// one.
template <typename Rotation, typename Transaction>
[[nodiscard]] result<std::optional<timestamp>> end_keys_before(Transaction& tx, const credential_id& id,
                                                               timestamp now) {
    std::optional<timestamp> previous_until;
    auto done = move_live_keys(tx, id, [&](record& key) -> result<void> {
        if (key.state != key_state::active) return revoke(key, now);
        auto replaced = Rotation::replace(key, now);
        if (replaced && key.state == key_state::active)
            return error{errc::illegal_state, "the rotation left the old key active: it must retire or revoke it"};
        if (replaced && key.state == key_state::retiring) previous_until = key.retires_at;
        return replaced;
    });
    if (!done) return std::move(done).error();
    return previous_until;
}

/// Revokes a credential and all its keys. False, and nothing is changed, if it is revoked and its rows are proved.
template <typename Transaction, typename Prover>
[[nodiscard]] result<bool> revoke_all(Transaction& tx, const Prover& by, credential& owner, timestamp now) {
    auto keys = tx.live_keys_of(owner.id);
    if (!keys) return std::move(keys).error();
    if (owner.revoked_at && is_proved(by, owner, *keys)) return false;
    auto done = move_live_keys(tx, owner.id, [now](record& key) { return revoke(key, now); });
    if (!done) return std::move(done).error();
    owner.revoked_at = now;
    return true;
}

/// How a change is reported: its kind in the feed, its action in the audit, and the key concerned.
struct change_account {
    change_kind kind;
    std::string_view action;
    std::optional<handle> key{};
};

/// Appends an audit event about a credential, or a key of it.
template <typename Transaction>
[[nodiscard]] result<void> audit(Transaction& tx, const credential& owner, std::string_view action,
                                 std::optional<handle> key, const request_context& by, timestamp now) {
    return tx.append(audit_event{.at = now,
                                 .actor = by.actor,
                                 .action = std::string{action},
                                 .tenant = owner.tenant,
                                 .credential = owner.id,
                                 .handle = key,
                                 .source_address = by.source_address,
                                 .reason = by.reason});
}

/// Appends a change of a credential to the feed and to the audit.
template <typename Transaction>
[[nodiscard]] result<void> tell(Transaction& tx, const credential& owner, const change_account& what,
                                const request_context& by, timestamp now) {
    change told{.kind = what.kind, .credential = owner.id, .version = owner.version, .at = now};
    auto done = fill_object(told.tag);
    if (done) done = tx.append(told);
    if (done) done = audit(tx, owner, what.action, what.key, by, now);
    return done;
}

/// Stores a changed credential as its next version, proved with its keys, and appends the change to feed and audit.
template <typename Transaction, typename Prover>
[[nodiscard]] result<void> store_change(Transaction& tx, const Prover& proving, credential& owner,
                                        const change_account& what, const request_context& by, timestamp now) {
    ++owner.version;
    auto done = prove(tx, proving, owner);
    if (done) done = tx.update(owner);
    if (done) done = tell(tx, owner, what, by, now);
    return done;
}

}  // namespace shearline::inline v0_1::detail

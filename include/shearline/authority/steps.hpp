// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The steps of a change, inside the store's transaction.
// Depends on credential/ and store/change.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/store/change.hpp>

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
    auto done = system_entropy{}.fill(std::as_writable_bytes(std::span{&told.tag, 1}));
    if (done) done = tx.append(told);
    if (done) done = audit(tx, owner, what.action, what.key, by, now);
    return done;
}

/// Stores a changed credential as its next version, and appends the change to feed and audit.
template <typename Transaction>
[[nodiscard]] result<void> store_change(Transaction& tx, credential& owner, const change_account& what,
                                        const request_context& by, timestamp now) {
    ++owner.version;
    auto done = tx.update(owner);
    if (done) done = tell(tx, owner, what, by, now);
    return done;
}

}  // namespace shearline::inline v0_1::detail

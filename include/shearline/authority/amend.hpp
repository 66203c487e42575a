// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Takes the changes of an edited credential into the one that is stored, and makes new proofs of a page of credentials.
// Depends on authority/requests.hpp and authority/steps.hpp; never on one store.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <shearline/authority/idempotency.hpp>
#include <shearline/authority/requests.hpp>
#include <shearline/authority/steps.hpp>
#include <shearline/credential/credential.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// The part of a credential that an owner chooses.
[[nodiscard]] inline new_credential chosen_part_of(const credential& of) {
    return {of.tenant, of.name, of.scopes, of.metadata, of.not_before, of.expires_at};
}

/// Copies name, scopes, metadata and times of an edited copy. `conflict` if the stored credential was changed since the
/// copy was read; `invalid_argument` if another field was edited.
[[nodiscard]] inline result<void> take_edits(credential& stored, const credential& edited) {
    if (auto alive = not_revoked(stored); !alive) return alive;
    if (edited.version != stored.version)
        return error{errc::conflict, "the credential was changed since it was read: read it again"};
    if (edited.tenant != stored.tenant || edited.generation != stored.generation ||
        edited.suspended != stored.suspended || edited.created_at != stored.created_at || edited.revoked_at)
        return error{errc::invalid_argument,
                     "amend changes name, scopes, metadata, not_before and expires_at only: there are other calls for "
                     "the rest, and a tenant never changes"};
    stored.name = edited.name;
    stored.scopes = edited.scopes;
    stored.metadata = edited.metadata;
    stored.not_before = edited.not_before;
    stored.expires_at = edited.expires_at;
    return {};
}

/// Makes new proofs for those of some credentials whose proof is of an earlier proof key, and counts.
template <typename Transaction, typename Snapshot>
[[nodiscard]] result<void> reprove(Transaction& tx, const Snapshot& secrets, const std::vector<credential_view>& some,
                                   reproved& count) {
    if (auto ours = secrets.check_store(tx); !ours) return ours;
    for (const credential_view& one : some) {
        auto owner = owner_of(tx, one.about.id);
        if (!owner) return std::move(owner).error();
        auto keys = tx.live_keys_of(owner->id);
        if (!keys) return std::move(keys).error();
        ++count.seen;
        if (!is_proved(secrets.rows, *owner, *keys)) {
            ++count.unproved;
        } else if (!secrets.rows.is_current(owner->proof)) {
            if (auto done = prove_stored(tx, secrets.rows, *owner); !done) return done;
            ++count.proved;
        }
    }
    return {};
}

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a store holds besides credentials and records: the feed of changes, usage, idempotency entries and its identity;
// and pages.
// Depends on credential/; never on one store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/credential/credential.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/digest/row_proof.hpp>
#include <shearline/digest/stored_digest.hpp>

namespace shearline::inline v0_1 {

/// The kind of a change. The numbers are stored.
enum class change_kind : std::uint8_t {
    issued = 1,
    rotated = 2,
    key_revoked = 3,
    credential_revoked = 4,
    suspended = 5,
    resumed = 6,
    amended = 7,
    closed = 8,  ///< the last change of a feed: the store was moved to another place (move_store.hpp). Of no credential
};

/// One entry of the feed: a credential or one of its keys has changed. A follower of the feed reads the credential
/// again, with its keys that are not revoked, and keeps the higher version.
struct change {
    std::uint64_t sequence = 0;  ///< set by the store: from 1, in commit order, without gaps
    std::uint64_t tag = 0;       ///< random: tells two changes with the same sequence apart
    change_kind kind = change_kind::issued;
    credential_id credential;
    std::uint64_t version = 0;  ///< of the credential, after the change
    timestamp at;
};

/// The end of a feed: its newest change, or zeros if nothing has changed yet. The same sequence with another tag
/// belongs to another history: the store was restored from a backup or replaced, and changed after that.
struct feed_head {
    std::uint64_t sequence = 0;
    std::uint64_t tag = 0;
    bool closed = false;  ///< the newest change is `change_kind::closed`: the store is not used any more

    friend bool operator==(const feed_head&, const feed_head&) = default;
};

/// The end of a feed whose newest change is this one.
[[nodiscard]] constexpr feed_head head_at(const change& newest) noexcept {
    return {newest.sequence, newest.tag, newest.kind == change_kind::closed};
}

/// How often a key was used since the last write, and when it was last used.
struct usage {
    std::string format;
    shearline::handle handle;
    timestamp last_used_at;
    std::uint64_t uses = 0;
};

/// The first outcome of a call with an idempotency token. Holds a keyed hash of the token, not the token.
struct idempotency_entry {
    digest_bytes token{};      ///< keyed hash of token, actor, tenant and operation
    digest_bytes arguments{};  ///< keyed hash of the arguments
    credential_id credential;
    std::optional<shearline::handle> handle;
    timestamp created_at;
    timestamp expires_at;  ///< not found from then on, and deleted by a later insert
    row_proof proof{};     ///< of all of the above, and of tenant and operation
};

/// Names a store, and the keyring that its rows were last made under. A store has one, or none yet.
struct store_identity {
    store_id id{};
    std::string keyring;  ///< its version, and the status and check value of each key (see store/keyring_binding.hpp)
    row_proof proof{};    ///< of the two; none in a store of before proofs
};

/// What a verification needs, from one read: a key, its credential (the metadata may be left out), the other keys of
/// the credential that are not revoked, and the end of the feed.
struct key_view {
    credential about;
    record key;
    std::vector<record> others{};
    feed_head head{};
};

/// How many keys of a credential are read at once, the newest: more than an authority keeps (`kept_generations`).
inline constexpr std::size_t max_keys_read = 100;

/// How many keys one `prune` deletes at most.
inline constexpr std::size_t max_pruned = 256;

/// A credential and its keys, newest first, from one read: the newest `max_keys_read`, or all that are not revoked.
struct credential_view {
    credential about;
    std::vector<record> keys;
    bool proved = false;  ///< set by an authority: false if the rows are not those that this library wrote
};

/// Which page to read. A value out of range is `invalid_argument`.
struct page_request {
    std::size_t limit = 50;  ///< most items of the page, 1 to 1,000
    std::string cursor{};    ///< the `next` of the page before; empty for the first page
};

/// What one `reprove` did.
struct reproved {
    std::uint64_t seen = 0;      ///< credentials of the page
    std::uint64_t proved = 0;    ///< of them, those with a new proof
    std::uint64_t unproved = 0;  ///< and those whose rows are not what this library wrote: they keep what they have
    std::string next{};          ///< the cursor of the next page; empty after the last
};

/// Some items of a list. `next` is the cursor of the next page; empty on the last page.
template <typename T>
struct page {
    std::vector<T> items;
    std::string next;
};

}  // namespace shearline::inline v0_1

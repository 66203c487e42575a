// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a store holds beside credentials and records: the feed of changes, usage, idempotency entries, and pages.
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
#include <shearline/digest/key_kind.hpp>
#include <shearline/digest/stored_digest.hpp>

namespace shearline::inline v0_1 {

/// What a change was about. The numbers are stored.
enum class change_kind : std::uint8_t {
    issued = 1,
    rotated = 2,
    key_revoked = 3,
    credential_revoked = 4,
    suspended = 5,
    resumed = 6,
};

/// One entry of the feed: a credential, or a key of it, is no longer what it was. Whoever follows the feed reads the
/// credential anew, with its keys that are not revoked, and keeps what has the higher version.
struct change {
    std::uint64_t sequence = 0;  ///< given by the store, from 1, in the order of commits, without gaps
    std::uint64_t tag = 0;       ///< random: tells this change from any other that could have its sequence
    change_kind kind = change_kind::issued;
    credential_id credential;
    std::uint64_t version = 0;  ///< of the credential, after the change
    timestamp at;
};

/// Where a feed ends: its newest change, or zeros where nothing has changed yet. The same sequence with another tag is
/// another history: the store was restored from a backup, or replaced, and went on from there.
struct feed_head {
    std::uint64_t sequence = 0;
    std::uint64_t tag = 0;

    friend bool operator==(const feed_head&, const feed_head&) = default;
};

/// How often a key was used since this was last written, and when last.
struct usage {
    std::string format;
    shearline::handle handle;
    timestamp last_used_at;
    std::uint64_t uses = 0;
};

/// The first outcome of a call that came with an idempotency token. The token itself is not in it, only its keyed hash.
struct idempotency_entry {
    digest_bytes token{};      ///< keyed hash of token, actor, tenant and operation
    digest_bytes arguments{};  ///< keyed hash of the arguments
    credential_id credential;
    std::optional<shearline::handle> handle;
    timestamp created_at;
    timestamp expires_at;  ///< forgotten from then on
};

/// By what a store recognises the keyring that its records were made under.
struct keyring_check {
    key_kind kind = key_kind::pepper;
    std::uint32_t number = 0;
    std::array<std::byte, 8> check{};
};

/// What a verification needs: one key, its credential, and where the feed ended then; read together.
struct key_view {
    credential about;
    record key;
    feed_head head{};
};

/// How many keys of a credential are read at once, the newest: more than an authority keeps.
inline constexpr std::size_t max_keys_read = 100;

/// How many keys one `prune` forgets at most.
inline constexpr std::size_t max_pruned = 256;

/// A credential and keys of it, newest first, read together: the newest `max_keys_read`, or all that are not revoked.
struct credential_view {
    credential about;
    std::vector<record> keys;
};

/// Which page to read: at most `limit` items (1 to 1,000) after the `next` of the page before.
struct page_request {
    std::size_t limit = 50;
    std::string cursor{};
};

/// Some items of a list, and where the next page begins; `next` is empty on the last page.
template <typename T>
struct page {
    std::vector<T> items;
    std::string next;
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The bytes that a proof is made over: one encoding for each kind of row, in which no two different rows are the same.
// Depends on store/scan.hpp, store/change.hpp and digest/hash_context.hpp; never on one store, or on a key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/digest/hash_context.hpp>
#include <shearline/digest/sha256.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1::detail {

/// The SHA-256 of metadata.
[[nodiscard]] inline digest_bytes digest_of(const metadata& labels) {
    hash_context words{"shearline metadata 1"};
    for (const auto& [label, value] : labels) words.text(label).text(value);
    return sha256(words.bytes());
}

inline void append(hash_context& to, std::optional<timestamp> at) {
    to.number(at ? 1 : 0).number(at ? static_cast<std::uint64_t>(to_unix_ms(*at)) : 0);
}

/// Whether a key is encoded before another: by generation, the newest first; then by format and handle.
[[nodiscard]] inline bool comes_before(const scanned_key& one, const scanned_key& other) noexcept {
    if (one.generation != other.generation) return one.generation > other.generation;
    if (one.format != other.format) return one.format < other.format;
    return one.handle.value < other.handle.value;
}

inline void append(hash_context& to, const scanned_key& key) {
    to.text(key.format).number(key.handle.value).number(key.generation).number(static_cast<std::uint64_t>(key.state));
    to.number(static_cast<std::uint64_t>(to_unix_ms(key.created_at)));
    append(to, key.retires_at);
    append(to, key.revoked_at);
    to.text(key.digest.hash.view()).number(key.digest.pepper).bytes(key.digest.mac);
}

/// Appends a credential and its keys that are not revoked, which may be in any order. (A template, so that only who
/// proves rows pays for its compilation.)
template <typename Key>
void append(hash_context& to, const scanned_credential& owner, std::span<const Key> keys) {
    to.bytes(owner.id.bytes()).text(owner.tenant).text(owner.name).text(owner.scopes);
    append(to, owner.not_before);
    append(to, owner.expires_at);
    to.number(owner.suspended ? 1 : 0).number(owner.generation).number(owner.version);
    to.number(static_cast<std::uint64_t>(to_unix_ms(owner.created_at)));
    append(to, owner.revoked_at);
    to.bytes(owner.metadata_digest).number(keys.size());
    if (keys.size() == 1) return append(to, keys.front());
    std::vector<const Key*> sorted(keys.size());  // most stores give them so already
    for (std::size_t taken = 0; taken < keys.size(); ++taken) {
        std::size_t place = taken;
        for (; place > 0 && comes_before(keys[taken], *sorted[place - 1]); --place) sorted[place] = sorted[place - 1];
        sorted[place] = &keys[taken];
    }
    for (const Key* const key : sorted) append(to, *key);
}

/// Appends an idempotency entry, and what it was made for.
inline void append(hash_context& to, const idempotency_entry& entry, std::string_view tenant,
                   std::string_view operation) {
    to.bytes(entry.token).bytes(entry.arguments).text(tenant).text(operation).bytes(entry.credential.bytes());
    to.number(entry.handle ? 1 : 0).number(entry.handle ? entry.handle->value : 0);
    to.number(static_cast<std::uint64_t>(to_unix_ms(entry.created_at)));
    to.number(static_cast<std::uint64_t>(to_unix_ms(entry.expires_at)));
}

/// Appends what a store's identity says of the keyring; the id of the store is in every encoding.
inline void append(hash_context& to, const store_identity& identity) { to.text(identity.keyring); }

}  // namespace shearline::inline v0_1::detail

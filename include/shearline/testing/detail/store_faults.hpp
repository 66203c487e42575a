// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The faults of stores that a suite must detect, one line each.
// Depends on store/; never on a suite.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1::testing::detail {

/// How a `wrong_store` differs from a `memory_store`: each function that is set is applied to what passes it. A `bool`
/// result says whether it passes at all.
struct store_fault {
    std::string_view name;

    // What is written.
    void (*writes_credential)(credential&) = nullptr;
    void (*inserts_credential)(credential&) = nullptr;
    void (*updates_credential)(credential&) = nullptr;
    bool (*writes_key)(record&) = nullptr;
    bool (*updates_key)(record&) = nullptr;
    bool (*appends_change)(change&) = nullptr;
    bool (*appends_event)(audit_event&) = nullptr;
    bool (*remembers)(idempotency_entry&) = nullptr;
    bool (*puts_identity)(store_identity&, const std::optional<store_identity>& before) = nullptr;
    result<void> (*proves)(memory_store::transaction&, const credential_id&, digest_bytes, row_proof) = nullptr;
    bool (*uses)(usage&) = nullptr;
    bool keeps_failed_writes = false;
    bool keeps_writes_before_a_conflict = false;
    bool keeps_failed_identities = false;
    bool takes_stale_updates = false;
    bool takes_doubles = false;
    bool prunes_nothing = false;
    bool prunes_live_keys = false;
    bool forgets_hashes = false;
    bool stands_still = false;

    // What is asked.
    void (*asks_list)(page_request&, std::string_view& tenant) = nullptr;
    void (*asks_audit)(page_request&, std::string_view& tenant) = nullptr;
    void (*asks_changes)(std::uint64_t& after, std::size_t& limit) = nullptr;
    void (*asks_token)(timestamp&) = nullptr;

    // What is answered.
    void (*finds_credential)(credential&) = nullptr;
    void (*finds_key)(record&) = nullptr;
    void (*gives_keys)(std::vector<record>&) = nullptr;
    void (*gives_live_keys)(std::vector<record>&) = nullptr;
    void (*looks_up)(key_view&) = nullptr;
    void (*finds_others)(key_view&, const std::vector<credential_view>& all) = nullptr;
    void (*reads)(credential_view&) = nullptr;
    void (*reads_live)(credential_view&) = nullptr;
    void (*lists)(page<credential_view>&) = nullptr;
    void (*audits)(page<audit_event>&) = nullptr;
    void (*gives_changes)(std::vector<change>&) = nullptr;
    void (*gives_head)(feed_head&) = nullptr;
    void (*gives_entry)(idempotency_entry&) = nullptr;
    void (*gives_identity)(std::optional<store_identity>&) = nullptr;  // in a transaction
    void (*tells_identity)(std::optional<store_identity>&) = nullptr;  // outside of one
    bool tells_old_identities = false;
    bool (*counts_proofs)(bool by_a_credential, bool used) = nullptr;
    void (*begins_scan)(std::uint64_t& credentials, std::uint64_t& keys) = nullptr;
    void (*scans_credential)(scanned_credential&) = nullptr;
    bool (*scans_key)(scanned_key&, std::string_view format) = nullptr;
    bool scans_keys_of_the_one_before = false;
};

/// The first one has no fault: if a suite fails that, it fails the others for another reason than their fault.
// clang-format off
inline constexpr store_fault store_faults[] = {
    {.name = "a correct store"},
    // What is written is not what was given.
    {.name = "a store that writes every scope", .writes_credential = [](credential& one) { one.scopes = {"*:*"}; }},
    {.name = "a store that loses the first scope", .writes_credential = [](credential& one) { if (!one.scopes.empty()) one.scopes.erase(one.scopes.begin()); }},
    {.name = "a store that sorts scopes", .writes_credential = [](credential& one) { std::sort(one.scopes.begin(), one.scopes.end()); }},
    {.name = "a store that loses not_before", .writes_credential = [](credential& one) { one.not_before.reset(); }},
    {.name = "a store that loses expires_at", .writes_credential = [](credential& one) { one.expires_at.reset(); }},
    {.name = "a store that keeps whole seconds", .writes_credential = [](credential& one) { one.created_at = std::chrono::floor<std::chrono::seconds>(one.created_at); }},
    {.name = "a store that loses names", .writes_credential = [](credential& one) { one.name.clear(); }},
    {.name = "a store that ends a text at a zero", .writes_credential = [](credential& one) { one.name = one.name.c_str(); }},  // NOLINT(*-cstr)
    {.name = "a store that loses metadata", .writes_credential = [](credential& one) { one.metadata.clear(); }},
    {.name = "a store that keeps each label once", .writes_credential = [](credential& one) { std::sort(one.metadata.begin(), one.metadata.end()); one.metadata.erase(std::unique(one.metadata.begin(), one.metadata.end(), [](const auto& a, const auto& b) { return a.first == b.first; }), one.metadata.end()); }},
    {.name = "a store that writes no suspension", .writes_credential = [](credential& one) { one.suspended = false; }},
    {.name = "a store that updates no suspension", .updates_credential = [](credential& one) { one.suspended = false; }},
    {.name = "a store that keeps each scope once", .writes_credential = [](credential& one) { one.scopes.erase(std::unique(one.scopes.begin(), one.scopes.end()), one.scopes.end()); }},
    {.name = "a store that updates no scopes", .updates_credential = [](credential& one) { one.scopes = {"contacts:read"}; }},
    {.name = "a store that forgets when a credential was revoked", .updates_credential = [](credential& one) { one.revoked_at.reset(); }},
    {.name = "a store that moves credentials to one tenant", .writes_credential = [](credential& one) { one.tenant = "acme"; }},
    {.name = "a store that does not write that a key was revoked", .updates_key = [](record& key) { return key.state != key_state::revoked; }},
    {.name = "a store that keeps the sealed text of a revoked key", .updates_key = [](record& key) { if (key.state == key_state::revoked) key.sealed = sealed_text{1, {}, {std::byte{1}}}; return true; }},
    {.name = "a store that loses sealed texts", .writes_key = [](record& key) { key.sealed = std::nullopt; return true; }},
    {.name = "a store that loses retires_at", .updates_key = [](record& key) { key.retires_at.reset(); return true; }},
    {.name = "a store that forgets which hash made a digest", .writes_key = [](record& key) { key.digest.hash = hash_name{"hmac-sha256"}; return true; }},
    {.name = "a store that keeps half a digest", .writes_key = [](record& key) { key.digest.mac[31] = {}; return true; }},
    {.name = "a store that loses the pepper's number", .writes_key = [](record& key) { key.digest.pepper = 1; return true; }},
    {.name = "a store that keeps 63 bits of a handle", .writes_key = [](record& key) { key.handle.value &= ~(std::uint64_t{1} << 63U); return true; }},
    {.name = "a store that keeps what a failed transaction wrote", .keeps_failed_writes = true},
    {.name = "a store that keeps what was written before a conflict", .keeps_writes_before_a_conflict = true},
    {.name = "a store that takes an update of an older version", .takes_stale_updates = true},
    {.name = "a store that takes a name twice", .takes_doubles = true},
    {.name = "a store that forgets a live key when it is pruned", .prunes_live_keys = true},
    {.name = "a store that forgets nothing when it is pruned", .prunes_nothing = true},
    {.name = "a store that does not remember the hash of a format", .forgets_hashes = true},
    // Uses.
    {.name = "a store that counts no uses", .uses = [](usage&) { return false; }},
    {.name = "a store that counts each key once", .uses = [](usage& use) { use.uses = 1; return true; }},
    {.name = "a store that loses last_used_at", .finds_key = [](record& key) { key.last_used_at.reset(); }},
    {.name = "a store that sets every last use back", .uses = [](usage& use) { use.last_used_at -= std::chrono::hours{1}; return true; }},
    // The feed.
    {.name = "a store whose count of changes does not move", .stands_still = true},
    {.name = "a store that does not keep the tags of changes", .appends_change = [](change& one) { one.tag = 0; return true; }},
    {.name = "a store that loses changes of a suspension", .appends_change = [](change& one) { return one.kind != change_kind::suspended; }},
    {.name = "a store that tells the wrong version", .appends_change = [](change& one) { one.version = 1; return true; }},
    {.name = "a store whose feed leaves out a change", .gives_changes = [](std::vector<change>& all) { if (all.size() > 2) all.erase(all.begin() + 1); }},
    {.name = "a store whose feed ignores its limit", .asks_changes = [](std::uint64_t&, std::size_t& limit) { limit = 1'000; }},
    {.name = "a store whose feed begins one too early", .asks_changes = [](std::uint64_t& after, std::size_t&) { if (after > 0 && after < 1'000) --after; }},
    {.name = "a store whose feed goes backwards", .gives_changes = [](std::vector<change>& all) { std::reverse(all.begin(), all.end()); }},
    {.name = "a store whose head is one behind", .gives_head = [](feed_head& head) { if (head.sequence > 0) --head.sequence; }},
    {.name = "a store that forgets that it is closed", .gives_head = [](feed_head& head) { head.closed = false; }},
    {.name = "a store that looks up as if it were open", .looks_up = [](key_view& view) { view.head.closed = false; }},
    {.name = "a store that looks up with an old head", .looks_up = [](key_view& view) { view.head = {}; }},
    // The audit.
    {.name = "a store that forgets audit events", .appends_event = [](audit_event& one) { return one.handle.has_value(); }},
    {.name = "a store that empties audit events", .appends_event = [](audit_event& one) { one.reason.clear(); return true; }},
    {.name = "a store that loses who did it", .appends_event = [](audit_event& one) { one.actor = "?"; return true; }},
    {.name = "a store that shows the audit of other tenants", .asks_audit = [](page_request&, std::string_view& tenant) { tenant = {}; }},
    {.name = "a store that tells the audit oldest first", .audits = [](page<audit_event>& all) { std::reverse(all.items.begin(), all.items.end()); }},
    {.name = "a store whose audit has no second page", .audits = [](page<audit_event>& all) { all.next.clear(); }},
    {.name = "a store whose audit ignores its cursor", .audits = [](page<audit_event>& all) { if (!all.items.empty() && all.items.front().sequence < 3) all.items.clear(); }},
    // Lists.
    {.name = "a store whose list leaves out the last", .lists = [](page<credential_view>& all) { if (all.next.empty() && !all.items.empty()) all.items.pop_back(); }},
    {.name = "a store that lists credentials of other tenants", .asks_list = [](page_request&, std::string_view& tenant) { tenant = {}; }},
    {.name = "a store whose list has no second page", .lists = [](page<credential_view>& all) { all.next.clear(); }},
    {.name = "a store that lists newest first", .lists = [](page<credential_view>& all) { std::reverse(all.items.begin(), all.items.end()); }},
    {.name = "a store whose lists have no keys", .lists = [](page<credential_view>& all) { for (credential_view& one : all.items) one.keys.clear(); }},
    {.name = "a store that takes a page of no items", .asks_list = [](page_request& which, std::string_view&) { which.limit = std::max<std::size_t>(which.limit, 1); }},
    {.name = "a store that takes any cursor", .asks_list = [](page_request& which, std::string_view&) { if (which.cursor == "x") which.cursor.clear(); }},
    // Keys of a credential.
    {.name = "a store that reads one live key alone", .reads_live = [](credential_view& view) { if (view.keys.size() > 1) view.keys.pop_back(); }},
    {.name = "a store that gives keys oldest first", .gives_keys = [](std::vector<record>& keys) { std::reverse(keys.begin(), keys.end()); }},
    {.name = "a store whose transactions hide a live key", .gives_live_keys = [](std::vector<record>& keys) { if (keys.size() > 1) keys.pop_back(); }},
    {.name = "a store that reads a credential without its keys", .reads = [](credential_view& view) { view.keys.clear(); }},
    {.name = "a store that gives a feed an older version", .reads_live = [](credential_view& view) { view.about.version = 1; }},
    {.name = "a store that finds a credential as it was", .finds_credential = [](credential& one) { one.suspended = false; }},
    {.name = "a store that looks up a live key", .looks_up = [](key_view& view) { if (view.key.state == key_state::revoked) view.key.state = key_state::active; }},
    {.name = "a store that looks up no expiry", .looks_up = [](key_view& view) { view.about.expires_at.reset(); }},
    // Idempotency.
    {.name = "a store that forgets idempotency tokens", .remembers = [](idempotency_entry&) { return false; }},
    {.name = "a store whose tokens live on", .asks_token = [](timestamp& now) { now -= std::chrono::hours{1}; }},
    {.name = "a store that forgets the arguments of a token", .remembers = [](idempotency_entry& one) { one.arguments = {}; return true; }},
    {.name = "a store that gives a token another credential", .gives_entry = [](idempotency_entry& one) { one.credential = {}; }},
    {.name = "a store that gives a token another handle", .gives_entry = [](idempotency_entry& one) { one.handle.reset(); }},
    // Proofs, and the identity that they are bound to.
    {.name = "a store that forgets the proof of a new credential", .inserts_credential = [](credential& one) { one.proof = {}; }},
    {.name = "a store that forgets the proof of a changed credential", .updates_credential = [](credential& one) { one.proof = {}; }},
    {.name = "a store that keeps half a proof", .writes_credential = [](credential& one) { one.proof.mac[31] = {}; }},
    {.name = "a store that loses the number of a proof key", .writes_credential = [](credential& one) { one.proof.key = 1; }},
    {.name = "a store that bends the number of a proof key", .updates_credential = [](credential& one) { one.proof.key |= 256U; }},
    {.name = "a store that loses the digest of metadata", .writes_credential = [](credential& one) { one.metadata_digest = {}; }},
    {.name = "a store that does not update the digest of metadata", .updates_credential = [](credential& one) { one.metadata_digest = {}; }},
    {.name = "a store that finds no proof", .finds_credential = [](credential& one) { one.proof = {}; }},
    {.name = "a store that looks up no proof", .looks_up = [](key_view& view) { view.about.proof = {}; }},
    {.name = "a store that looks up no digest of metadata", .looks_up = [](key_view& view) { view.about.metadata_digest = {}; }},
    {.name = "a store that looks up other metadata", .looks_up = [](key_view& view) { view.about.metadata = {{"team", "other"}}; }},
    {.name = "a store that reads live keys without the proof", .reads_live = [](credential_view& view) { view.about.proof = {}; }},
    {.name = "a store that proves nothing", .proves = [](auto&, const credential_id&, digest_bytes, row_proof) { return result<void>{}; }},
    {.name = "a store that proves what is not there", .proves = [](auto& tx, const credential_id& id, digest_bytes metadata, row_proof proof) { (void)tx.prove(id, metadata, proof); return result<void>{}; }},
    {.name = "a store that proves half", .proves = [](auto& tx, const credential_id& id, digest_bytes metadata, row_proof proof) { proof.mac[31] = {}; return tx.prove(id, metadata, proof); }},
    {.name = "a store that proves under another key", .proves = [](auto& tx, const credential_id& id, digest_bytes metadata, row_proof proof) { proof.key = 1; return tx.prove(id, metadata, proof); }},
    {.name = "a store that proves no metadata", .proves = [](auto& tx, const credential_id& id, digest_bytes, row_proof proof) { const auto owner = *tx.find(id); return tx.prove(id, owner ? owner->metadata_digest : digest_bytes{}, proof); }},
    {.name = "a store that proves with the next version", .proves = [](auto& tx, const credential_id& id, digest_bytes metadata, row_proof proof) { auto done = tx.prove(id, metadata, proof); auto owner = *tx.find(id); if (owner) ++owner->version; return owner ? tx.update(*owner) : done; }},
    {.name = "a store that tells its feed of a proof", .proves = [](auto& tx, const credential_id& id, digest_bytes metadata, row_proof proof) { auto done = tx.prove(id, metadata, proof); return done ? tx.append(change{.credential = id, .version = 1, .at = {}}) : done; }},
    {.name = "a store that says that no proof key is used", .counts_proofs = [](bool, bool) { return false; }},
    {.name = "a store that says that every proof key is used", .counts_proofs = [](bool, bool) { return true; }},
    {.name = "a store that overlooks the proofs of entries", .counts_proofs = [](bool by_a_credential, bool) { return by_a_credential; }},
    {.name = "a store that overlooks the proofs of credentials", .counts_proofs = [](bool by_a_credential, bool used) { return used && !by_a_credential; }},
    {.name = "a store that loses the proof of an entry", .remembers = [](idempotency_entry& one) { one.proof = {}; return true; }},
    {.name = "a store that keeps half the proof of an entry", .remembers = [](idempotency_entry& one) { one.proof.mac[31] = {}; return true; }},
    {.name = "a store that gives an entry without its proof", .gives_entry = [](idempotency_entry& one) { one.proof = {}; }},
    {.name = "a store that forgets its identity", .puts_identity = [](store_identity&, const auto&) { return false; }},
    {.name = "a store that keeps its first identity", .puts_identity = [](store_identity&, const auto& before) { return !before; }},
    {.name = "a store that keeps its first id", .puts_identity = [](store_identity& one, const auto& before) { if (before) one.id = before->id; return true; }},
    {.name = "a store that loses what its identity says of the keyring", .puts_identity = [](store_identity& one, const auto&) { one.keyring.clear(); return true; }},
    {.name = "a store that keeps the first line about its keyring", .puts_identity = [](store_identity& one, const auto&) { one.keyring.resize(std::min(one.keyring.find('\n'), one.keyring.size())); return true; }},
    {.name = "a store that loses the proof of its identity", .puts_identity = [](store_identity& one, const auto&) { one.proof = {}; return true; }},
    {.name = "a store that keeps the identity of a failed transaction", .keeps_failed_identities = true},
    {.name = "a store whose transactions have no identity", .gives_identity = [](std::optional<store_identity>& one) { one.reset(); }},
    {.name = "a store that tells no identity", .tells_identity = [](std::optional<store_identity>& one) { one.reset(); }},
    {.name = "a store that tells its identity without the proof", .tells_identity = [](std::optional<store_identity>& one) { if (one) one->proof = {}; }},
    {.name = "a store that tells the identity of before", .tells_old_identities = true},
    // The other keys of a look-up.
    {.name = "a store that looks up no other keys", .looks_up = [](key_view& view) { view.others.clear(); }},
    {.name = "a store that looks up one other key", .looks_up = [](key_view& view) { if (view.others.size() > 1) view.others.pop_back(); }},
    {.name = "a store that looks up other keys oldest first", .looks_up = [](key_view& view) { std::reverse(view.others.begin(), view.others.end()); }},
    {.name = "a store that looks up a key among the others", .looks_up = [](key_view& view) { if (view.key.state != key_state::revoked) view.others.insert(view.others.begin(), view.key); }},
    {.name = "a store that looks up other keys that are revoked", .finds_others = [](key_view& view, const auto& all) { for (const credential_view& one : all) if (one.about.id == view.about.id) for (const record& key : one.keys) if (key.state == key_state::revoked) view.others.push_back(key); }},
    {.name = "a store that looks up keys of another credential", .finds_others = [](key_view& view, const auto& all) { for (const credential_view& one : all) if (one.about.id != view.about.id) view.others = one.keys; }},
    {.name = "a store that looks up other keys of one format", .looks_up = [](key_view& view) { std::erase_if(view.others, [&](const record& key) { return key.format != view.key.format; }); }},
    {.name = "a store that looks up other keys without their times", .looks_up = [](key_view& view) { for (record& key : view.others) key.created_at = {}; }},
    {.name = "a store that looks up other keys without their end", .looks_up = [](key_view& view) { for (record& key : view.others) key.retires_at.reset(); }},
    {.name = "a store that looks up other keys without their digests", .looks_up = [](key_view& view) { for (record& key : view.others) key.digest.mac = {}; }},
    {.name = "a store that counts wrong uses of other keys", .looks_up = [](key_view& view) { for (record& key : view.others) key.uses += 7; }},
    // Scans.
    {.name = "a store whose scan loses suspension", .scans_credential = [](scanned_credential& one) { one.suspended = false; }},
    {.name = "a store whose scan loses expiry", .scans_credential = [](scanned_credential& one) { one.expires_at.reset(); }},
    {.name = "a store whose scan loses not_before", .scans_credential = [](scanned_credential& one) { one.not_before.reset(); }},
    {.name = "a store whose scan loses that a credential is revoked", .scans_credential = [](scanned_credential& one) { one.revoked_at.reset(); }},
    {.name = "a store whose scan gives other scopes", .scans_credential = [](scanned_credential& one) { one.scopes = "*:*"; }},
    {.name = "a store whose scan gives another tenant", .scans_credential = [](scanned_credential& one) { one.tenant = "acme"; }},
    {.name = "a store whose scan bends a version", .scans_credential = [](scanned_credential& one) { ++one.version; }},
    {.name = "a store whose scan loses names", .scans_credential = [](scanned_credential& one) { one.name = {}; }},
    {.name = "a store whose scan loses generations", .scans_credential = [](scanned_credential& one) { one.generation = 1; }},
    {.name = "a store whose scan loses created_at", .scans_credential = [](scanned_credential& one) { one.created_at = {}; }},
    {.name = "a store whose scan loses the digest of metadata", .scans_credential = [](scanned_credential& one) { one.metadata_digest = {}; }},
    {.name = "a store whose scan loses proofs", .scans_credential = [](scanned_credential& one) { one.proof = {}; }},
    {.name = "a store whose scan loses the numbers of proof keys", .scans_credential = [](scanned_credential& one) { one.proof.key = 1; }},
    {.name = "a store whose scan attaches a key to another credential", .scans_keys_of_the_one_before = true},
    {.name = "a store whose scan leaves out keys of other formats", .scans_key = [](scanned_key& key, std::string_view format) { return key.format == format; }},
    {.name = "a store whose scan shows every key in the format that was asked for", .scans_key = [](scanned_key& key, std::string_view format) { key.format = format; return true; }},
    {.name = "a store whose scan loses the generation of a key", .scans_key = [](scanned_key& key, std::string_view) { key.generation = 1; return true; }},
    {.name = "a store whose scan loses created_at of a key", .scans_key = [](scanned_key& key, std::string_view) { key.created_at = {}; return true; }},
    {.name = "a store whose scan loses retires_at of a key", .scans_key = [](scanned_key& key, std::string_view) { key.retires_at.reset(); return true; }},
    {.name = "a store whose scan loses revoked_at of a key", .scans_key = [](scanned_key& key, std::string_view) { key.revoked_at.reset(); return true; }},
    {.name = "a store whose scan bends a handle", .scans_key = [](scanned_key& key, std::string_view) { key.handle.value ^= 1; return true; }},
    {.name = "a store whose scan shows a retiring key as active", .scans_key = [](scanned_key& key, std::string_view) { if (key.state == key_state::retiring) key.state = key_state::active; return true; }},
    {.name = "a store whose scan bends a digest", .scans_key = [](scanned_key& key, std::string_view) { key.digest.mac[0] ^= std::byte{1}; return true; }},
    {.name = "a store whose scan loses the pepper", .scans_key = [](scanned_key& key, std::string_view) { key.digest.pepper = 1; return true; }},
    {.name = "a store whose scan leaves out a key", .scans_key = [](scanned_key& key, std::string_view) { return key.state != key_state::pending; }},
    {.name = "a store whose scan promises too much", .begins_scan = [](std::uint64_t&, std::uint64_t& keys) { ++keys; }},
};
// clang-format on

}  // namespace shearline::inline v0_1::testing::detail

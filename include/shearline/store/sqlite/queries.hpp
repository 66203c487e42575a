// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reads of `sqlite_store`, inside a transaction that the caller has begun.
// Depends on store/sqlite/reader.hpp; for sqlite_store.hpp, not in the umbrella.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/sqlite/reader.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// Runs a query and passes each row's reader to `take(row_reader&)`; more than `most` rows are `corrupt`.
template <typename Take, typename... Values>
[[nodiscard]] result<void> each_row(connection& on, std::size_t most, Take take, std::string_view sql,
                                    const Values&... values) {
    auto rows = on.prepare(sql, values...);
    if (!rows) return std::move(rows).error();
    for (std::size_t taken = 0;; ++taken) {
        auto more = rows->next();
        if (!more) return std::move(more).error();
        if (!*more) return {};
        if (taken == most)
            return error{errc::corrupt, on.path() + ": holds more rows of one credential than this library writes"};
        row_reader row{*rows};
        take(row);
        if (auto good = row.done(); !good) return good;
    }
}

/// Reads what a record and a key of a scan have in common, after its format and its handle.
template <typename Key>
void read_life(row_reader& row, Key& key) {
    key.generation = row.small_count();
    key.state = row.state();
    key.digest = row.digest_of(key.handle);
    key.created_at = row.time();
    key.retires_at = row.optional_time();
    key.revoked_at = row.optional_time();
}

/// Reads what a credential and one of a scan have in common, after its scopes.
template <typename Credential>
void read_terms(row_reader& row, Credential& owner) {
    owner.not_before = row.optional_time();
    owner.expires_at = row.optional_time();
    owner.suspended = row.integer(0, 1) == 1;
    owner.generation = row.small_count();
    owner.version = row.count();
    owner.created_at = row.time();
    owner.revoked_at = row.optional_time();
    owner.metadata_digest = row.blob<sizeof(digest_bytes)>();
    owner.proof = row.proof();
}

/// Whether to read the metadata of a credential.
enum class with_metadata : bool { no, yes };

[[nodiscard]] inline result<std::optional<credential>> find_credential(connection& on, const credential_id& id,
                                                                       with_metadata wanted = with_metadata::yes) {
    const std::string name = column(id);
    std::optional<credential> found;
    auto done = each_row(
        on, 1,
        [&](row_reader& row) {
            credential& owner = found.emplace();
            owner.id = row.id();
            owner.tenant = row.text();
            owner.name = row.text();
            owner.scopes = row.scopes();
            read_terms(row, owner);
            row.require(owner.id == id);
        },
        "SELECT id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
        "revoked_at, metadata_digest, proof_key, proof FROM credential WHERE id = ?1",
        name);
    if (done && found && wanted == with_metadata::yes)
        done = each_row(
            on, max_labels,
            [&](row_reader& row) {
                std::string label = row.text();
                found->metadata.emplace_back(std::move(label), row.text());
            },
            "SELECT label, value FROM credential_metadata WHERE credential = ?1 ORDER BY ordinal", name);
    if (!done) return std::move(done).error();
    return found;
}

[[nodiscard]] inline result<std::optional<record>> find_record(connection& on, std::string_view format, handle name) {
    std::optional<record> found;
    auto done = each_row(
        on, 1,
        [&](row_reader& row) {
            record& key = found.emplace();
            key.format = row.text();
            key.handle = row.handle();
            key.credential = row.id();
            read_life(row, key);
            key.last_used_at = row.optional_time();
            key.uses = row.count(0);
            key.sealed = row.sealed();
            row.require(key.format == format && key.handle == name);
        },
        "SELECT format, handle, (SELECT id FROM credential WHERE ordinal = record.credential), generation, state, "
        "digest, "
        "created_at, retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box FROM record "
        "WHERE format = ?1 AND handle = ?2",
        format, column(name));
    if (!done) return std::move(done).error();
    return found;
}

/// A number given by a caller, limited to SQLite's signed range: no row has a larger one.
[[nodiscard]] constexpr std::int64_t clamped(std::uint64_t number) noexcept {
    return column(std::min(number, max_number));
}

/// The error for a row that refers to a missing row.
[[nodiscard]] inline error dangling(const connection& on) {
    return {errc::corrupt, on.path() + ": a row refers to a row that is missing: restore it from a backup"};
}

/// The keys of a credential that a query lists, in its order. Parameters of `sql`: the credential's id, and the most
/// rows to return; more than `most` rows are `corrupt`.
[[nodiscard]] inline result<std::vector<record>> find_keys(connection& on, const credential_id& id, std::size_t most,
                                                           std::size_t limit, std::string_view sql) {
    std::vector<std::pair<std::string, handle>> names;
    auto done = each_row(
        on, most,
        [&](row_reader& row) {
            std::string format = row.text();
            names.emplace_back(std::move(format), row.handle());
        },
        sql, column(id), clamped(limit));
    if (!done) return std::move(done).error();
    std::vector<record> keys;
    keys.reserve(names.size());
    for (const auto& [format, name] : names) {
        auto key = find_record(on, format, name);
        if (!key) return std::move(key).error();
        if (!*key || (*key)->credential != id) return dangling(on);
        keys.push_back(**std::move(key));
    }
    return keys;
}

/// The newest keys of a credential, newest generation first.
[[nodiscard]] inline result<std::vector<record>> find_newest_keys(connection& on, const credential_id& id) {
    return find_keys(on, id, max_keys_read, max_keys_read,
                     "SELECT format, handle FROM record WHERE credential = (SELECT ordinal FROM credential WHERE id = "
                     "?1) ORDER BY generation DESC LIMIT ?2");
}

/// The keys of a credential that are not revoked, newest generation first. Reads no other rows.
[[nodiscard]] inline result<std::vector<record>> find_live_keys(connection& on, const credential_id& id) {
    return find_keys(
        on, id, max_live_keys, max_live_keys + 1,
        "SELECT format, handle FROM record INDEXED BY live_record_of_credential WHERE "
        "credential = (SELECT ordinal FROM credential WHERE id = ?1) AND state <> 4 ORDER BY generation DESC LIMIT ?2");
}

/// A credential with those of its keys that `keys_of(connection&, const credential_id&)` finds.
template <typename KeysOf>
[[nodiscard]] result<std::optional<credential_view>> find_view(connection& on, const credential_id& id,
                                                               KeysOf keys_of) {
    auto owner = find_credential(on, id);
    if (!owner) return std::move(owner).error();
    if (!*owner) return std::optional<credential_view>{};
    auto keys = keys_of(on, id);
    if (!keys) return std::move(keys).error();
    return std::optional{credential_view{**std::move(owner), *std::move(keys)}};
}

/// The newest change; zeros if there is none.
[[nodiscard]] inline result<feed_head> find_head(connection& on) {
    feed_head found;
    auto done = each_row(
        on, 1,
        [&](row_reader& row) {
            found.sequence = row.count();
            found.tag = row.bits();
        },
        "SELECT sequence, tag FROM change ORDER BY sequence DESC LIMIT 1");
    if (!done) return std::move(done).error();
    return found;
}

/// The other keys of a key's credential that are not revoked, without usage and sealed texts.
[[nodiscard]] inline result<std::vector<record>> find_others(connection& on, const record& than) {
    std::vector<record> found;
    auto done = each_row(
        on, max_live_keys,
        [&](row_reader& row) {
            record& key = found.emplace_back();
            key.format = row.text();
            key.handle = row.handle();
            key.credential = than.credential;
            read_life(row, key);
        },
        "SELECT format, handle, generation, state, digest, created_at, retires_at, revoked_at FROM record "
        "INDEXED BY live_record_of_credential WHERE "
        "credential = (SELECT ordinal FROM credential WHERE id = ?1) AND state <> 4 AND (format <> ?2 OR handle <> ?3) "
        "ORDER BY generation DESC LIMIT ?4",
        column(than.credential), than.format, column(than.handle), clamped(max_live_keys + 1));
    if (!done) return std::move(done).error();
    return found;
}

[[nodiscard]] inline result<std::optional<key_view>> find_key(connection& on, std::string_view format, handle name) {
    auto key = find_record(on, format, name);
    if (!key) return std::move(key).error();
    if (!*key) return std::optional<key_view>{};
    auto owner = find_credential(on, (*key)->credential, with_metadata::no);
    if (!owner) return std::move(owner).error();
    if (!*owner) return dangling(on);
    auto others = find_others(on, **key);
    if (!others) return std::move(others).error();
    auto head = find_head(on);
    if (!head) return std::move(head).error();
    return std::optional{key_view{**std::move(owner), **std::move(key), *std::move(others), *head}};
}

[[nodiscard]] inline result<std::optional<idempotency_entry>> find_entry(connection& on, const digest_bytes& token,
                                                                         timestamp now) {
    std::optional<idempotency_entry> found;
    auto done = each_row(
        on, 1,
        [&](row_reader& row) {
            idempotency_entry& entry = found.emplace();
            entry.token = row.blob<sizeof(digest_bytes)>();
            entry.arguments = row.blob<sizeof(digest_bytes)>();
            entry.credential = row.id();
            entry.handle = row.optional_handle();
            entry.created_at = row.time();
            entry.expires_at = row.time();
            entry.proof = row.proof();
            row.require(entry.token == token);
        },
        "SELECT token, arguments, credential, handle, created_at, expires_at, proof_key, proof FROM idempotency "
        "WHERE token = ?1 AND expires_at > ?2",
        token, column(now));
    if (!done) return std::move(done).error();
    return found;
}

/// The hash that the keys of a format are made with.
[[nodiscard]] inline result<std::optional<hash_name>> find_hash(connection& on, std::string_view format) {
    std::optional<hash_name> found;
    auto done = each_row(
        on, 1, [&](row_reader& row) { found = row.hash(); }, "SELECT hash FROM format_hash WHERE format = ?1", format);
    if (!done) return std::move(done).error();
    return found;
}

[[nodiscard]] inline result<std::optional<store_identity>> find_identity(connection& on) {
    std::optional<store_identity> found;
    auto done = each_row(
        on, 1,
        [&](row_reader& row) {
            store_identity& identity = found.emplace();
            identity.id = row.blob<sizeof(store_id)>();
            identity.keyring = row.text();
            identity.proof = row.proof();
        },
        "SELECT store, keyring, proof_key, proof FROM keyring_check");
    if (!done) return std::move(done).error();
    return found;
}

/// Whether a row has a proof that was made with this key. O(n).
[[nodiscard]] inline result<bool> find_proofs_under(connection& on, std::uint32_t number) {
    bool found = false;
    auto done = each_row(
        on, 1, [&](row_reader& row) { found = row.integer(0, 1) == 1; },
        "SELECT EXISTS (SELECT 1 FROM credential WHERE proof_key = ?1) OR "
        "EXISTS (SELECT 1 FROM idempotency WHERE proof_key = ?1)",
        column(number));
    if (!done) return std::move(done).error();
    return found;
}

}  // namespace shearline::inline v0_1::detail::sqlite

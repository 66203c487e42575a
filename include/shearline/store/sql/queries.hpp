// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reads of `sqlite_store`, inside a transaction that the caller has begun.
// Depends on store/sql/row_reader.hpp; for the stores in SQL databases, never on one of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/sql/row_reader.hpp>

namespace shearline::inline v0_1::detail::sql {

/// Passes the reader of each row to `take(row_reader&)`; more than `most` rows are `corrupt`.
template <typename Rows, typename Take>
[[nodiscard]] result<void> take_rows(Rows& rows, std::size_t most, Take take) {
    for (std::size_t taken = 0;; ++taken) {
        auto more = rows.next();
        if (!more) return std::move(more).error();
        if (!*more) return {};
        if (taken == most)
            return error{errc::corrupt, rows.path() + ": holds more rows of one credential than this library writes"};
        row_reader row{rows};
        take(row);
        if (auto good = row.done(); !good) return good;
    }
}

/// Runs a query, and takes its rows.
template <typename Connection, typename Take, typename... Values>
[[nodiscard]] result<void> each_row(Connection& on, std::size_t most, Take take, std::string_view sql,
                                    const Values&... values) {
    auto rows = on.prepare(sql, values...);
    if (!rows) return std::move(rows).error();
    return take_rows(*rows, most, take);
}

/// Reads what a record and a key of a scan have in common, after its format and its handle.
template <typename Row, typename Key>
void read_life(Row& row, Key& key) {
    key.generation = row.small_count();
    key.state = row.state();
    key.digest = row.digest_of(key.handle);
    key.created_at = row.time();
    key.retires_at = row.optional_time();
    key.revoked_at = row.optional_time();
}

/// Reads a key, but for its credential and, `read_key_of`, its format.
template <typename Row>
void read_key_of(Row& row, record& key) {
    key.handle = row.handle();
    read_life(row, key);
    key.last_used_at = row.optional_time();
    key.uses = row.count(0);
    key.sealed = row.sealed();
}
template <typename Row>
void read_key(Row& row, record& key) {
    key.format = row.text();
    read_key_of(row, key);
}

/// Reads what a credential and one of a scan have in common, after its scopes.
template <typename Row, typename Credential>
void read_terms(Row& row, Credential& owner) {
    owner.not_before = row.optional_time();
    owner.expires_at = row.optional_time();
    owner.suspended = row.integer(0, 1) == 1;
    owner.generation = row.small_count();
    owner.version = row.count();
    owner.created_at = row.time();
    owner.revoked_at = row.optional_time();
    owner.metadata_digest = row.template blob<sizeof(digest_bytes)>();
    owner.proof = row.proof();
}

/// Whether to read the metadata of a credential.
enum class with_metadata : bool { no, yes };

template <typename Connection>
[[nodiscard]] result<std::optional<credential>> find_credential(Connection& on, const credential_id& id,
                                                                with_metadata wanted = with_metadata::yes) {
    const std::string name = column(id);
    std::optional<credential> found;
    auto done = each_row(
        on, 1,
        [&](auto& row) {
            credential& owner = found.emplace();
            owner.id = row.id();
            owner.tenant = row.text();
            owner.name = row.text();
            owner.scopes = row.scopes();
            read_terms(row, owner);
            row.require(owner.id == id);
        },
        "SELECT id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
        "revoked_at, metadata_digest, proof_key, proof FROM main.credential WHERE id = ?1",
        name);
    if (done && found && wanted == with_metadata::yes)
        done = each_row(
            on, max_labels,
            [&](auto& row) {
                std::string label = row.text();
                found->metadata.emplace_back(std::move(label), row.text());
            },
            "SELECT label, value FROM main.credential_metadata WHERE credential = ?1 ORDER BY ordinal", name);
    if (!done) return std::move(done).error();
    return found;
}

template <typename Connection>
[[nodiscard]] result<std::optional<record>> find_record(Connection& on, std::string_view format, handle name) {
    std::optional<record> found;
    auto done = each_row(
        on, 1,
        [&](auto& row) {
            record& key = found.emplace();
            key.credential = row.id();
            read_key(row, key);
            row.require(key.format == format && key.handle == name);
        },
        "SELECT (SELECT id FROM main.credential WHERE ordinal = record.credential), format, handle, generation, state, "
        "digest, created_at, retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box FROM main.record "
        "WHERE format = ?1 AND handle = ?2",
        format, column(name));
    if (!done) return std::move(done).error();
    return found;
}

/// A number given by a caller, limited to the signed range of a column: no row has a larger one.
[[nodiscard]] constexpr std::int64_t clamped(std::uint64_t number) noexcept {
    return column(std::min(number, max_number));
}

/// The error for a row that refers to a missing row.
template <typename Connection>
[[nodiscard]] error dangling(const Connection& on) {
    return {errc::corrupt, on.path() + ": a row refers to a row that is missing: restore it from a backup"};
}

/// The keys of a credential that a query finds, in its order. Parameters of `sql`: the credential's id, and the most
/// rows to return; more than `most` rows are `corrupt`.
template <typename Connection>
[[nodiscard]] result<std::vector<record>> find_keys(Connection& on, const credential_id& id, std::size_t most,
                                                    std::size_t limit, std::string_view sql) {
    std::vector<record> keys;
    auto done = each_row(
        on, most,
        [&](auto& row) {
            record& key = keys.emplace_back();
            key.credential = id;
            read_key(row, key);
        },
        sql, column(id), clamped(limit));
    if (!done) return std::move(done).error();
    return keys;
}

/// The newest keys of a credential, newest generation first.
template <typename Connection>
[[nodiscard]] result<std::vector<record>> find_newest_keys(Connection& on, const credential_id& id) {
    return find_keys(
        on, id, max_keys_read, max_keys_read,
        "SELECT format, handle, generation, state, digest, created_at, retires_at, revoked_at, last_used_at, uses, "
        "sealing_key, nonce, box FROM main.record WHERE credential = (SELECT ordinal FROM main.credential "
        "WHERE id = ?1) ORDER BY generation DESC LIMIT ?2");
}

/// The keys of a credential that are not revoked, newest generation first. Reads no other rows.
template <typename Connection>
[[nodiscard]] result<std::vector<record>> find_live_keys(Connection& on, const credential_id& id) {
    return find_keys(
        on, id, max_live_keys, max_live_keys + 1,
        "SELECT format, handle, generation, state, digest, created_at, retires_at, revoked_at, last_used_at, uses, "
        "sealing_key, nonce, box FROM main.record INDEXED BY live_record_of_credential WHERE credential = (SELECT "
        "ordinal FROM main.credential WHERE id = ?1) AND state <> 4 ORDER BY generation DESC LIMIT ?2");
}

/// A credential with those of its keys that `keys_of(connection&, const credential_id&)` finds.
template <typename Connection, typename KeysOf>
[[nodiscard]] result<std::optional<credential_view>> find_view(Connection& on, const credential_id& id,
                                                               KeysOf keys_of) {
    auto owner = find_credential(on, id);
    if (!owner) return std::move(owner).error();
    if (!*owner) return std::optional<credential_view>{};
    auto keys = keys_of(on, id);
    if (!keys) return std::move(keys).error();
    return std::optional{credential_view{**std::move(owner), *std::move(keys)}};
}

inline constexpr std::string_view head_query =
    "SELECT sequence, tag, kind FROM main.change ORDER BY sequence DESC LIMIT 1";

/// The newest change, from the rows of `head_query`; zeros if there is none.
template <typename Rows>
[[nodiscard]] result<feed_head> head_in(Rows& rows) {
    feed_head found;
    auto done = take_rows(rows, 1, [&](auto& row) {
        found.sequence = row.count();
        found.tag = row.bits();
        found.closed = row.template one_of<change_kind>() == change_kind::closed;
    });
    if (!done) return std::move(done).error();
    return found;
}
template <typename Connection>
[[nodiscard]] result<feed_head> find_head(Connection& on) {
    auto rows = on.prepare(head_query);
    if (!rows) return std::move(rows).error();
    return head_in(*rows);
}

template <typename Connection>
[[nodiscard]] result<std::optional<idempotency_entry>> find_entry(Connection& on, const digest_bytes& token,
                                                                  timestamp now) {
    std::optional<idempotency_entry> found;
    auto done = each_row(
        on, 1,
        [&](auto& row) {
            idempotency_entry& entry = found.emplace();
            entry.token = row.template blob<sizeof(digest_bytes)>();
            entry.arguments = row.template blob<sizeof(digest_bytes)>();
            entry.credential = row.id();
            entry.handle = row.optional_handle();
            entry.created_at = row.time();
            entry.expires_at = row.time();
            entry.proof = row.proof();
            row.require(entry.token == token);
        },
        "SELECT token, arguments, credential, handle, created_at, expires_at, proof_key, proof FROM main.idempotency "
        "WHERE token = ?1 AND expires_at > ?2",
        token, column(now));
    if (!done) return std::move(done).error();
    return found;
}

/// The hash that the keys of a format are made with.
template <typename Connection>
[[nodiscard]] result<std::optional<hash_name>> find_hash(Connection& on, std::string_view format) {
    std::optional<hash_name> found;
    auto done = each_row(
        on, 1, [&](auto& row) { found = row.hash(); }, "SELECT hash FROM main.format_hash WHERE format = ?1", format);
    if (!done) return std::move(done).error();
    return found;
}

inline constexpr std::string_view identity_query = "SELECT store, keyring, proof_key, proof FROM main.keyring_check";

/// The identity, from the rows of `identity_query`.
template <typename Rows>
[[nodiscard]] result<std::optional<store_identity>> identity_in(Rows& rows) {
    std::optional<store_identity> found;
    auto done = take_rows(rows, 1, [&](auto& row) {
        store_identity& identity = found.emplace();
        identity.id = row.template blob<sizeof(store_id)>();
        identity.keyring = row.text();
        identity.proof = row.proof();
    });
    if (!done) return std::move(done).error();
    return found;
}
template <typename Connection>
[[nodiscard]] result<std::optional<store_identity>> find_identity(Connection& on) {
    auto rows = on.prepare(identity_query);
    if (!rows) return std::move(rows).error();
    return identity_in(*rows);
}

/// Whether a row has a proof that was made with this key. O(n).
template <typename Connection>
[[nodiscard]] result<bool> find_proofs_under(Connection& on, std::uint32_t number) {
    bool found = false;
    auto done = each_row(
        on, 1, [&](auto& row) { found = row.integer(0, 1) == 1; },
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM main.credential WHERE proof_key = ?1) OR "
        "EXISTS (SELECT 1 FROM main.idempotency WHERE proof_key = ?1) THEN 1 ELSE 0 END",
        column(number));
    if (!done) return std::move(done).error();
    return found;
}

}  // namespace shearline::inline v0_1::detail::sql

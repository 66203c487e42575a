// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reads of `sqlite_store`, inside a transaction that the caller has begun.
// Depends on store/sqlite/reader.hpp and store/cursor.hpp; for sqlite_store.hpp, not in the umbrella.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/cursor.hpp>
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

[[nodiscard]] inline result<std::optional<credential>> find_credential(connection& on, const credential_id& id) {
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
            owner.not_before = row.optional_time();
            owner.expires_at = row.optional_time();
            owner.suspended = row.integer(0, 1) == 1;
            owner.generation = row.small_count();
            owner.version = row.count();
            owner.created_at = row.time();
            owner.revoked_at = row.optional_time();
            row.require(owner.id == id);
        },
        "SELECT id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
        "revoked_at "
        "FROM credential WHERE id = ?1",
        name);
    if (done && found)
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
            key.generation = row.small_count();
            key.state = row.state();
            key.digest = row.digest_of(key.handle);
            key.created_at = row.time();
            key.retires_at = row.optional_time();
            key.revoked_at = row.optional_time();
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
    return find_keys(on, id, max_live_keys, max_live_keys + 1,
                     "SELECT format, handle FROM record WHERE credential = (SELECT ordinal FROM credential WHERE id = "
                     "?1) AND state <> 4 ORDER BY generation DESC LIMIT ?2");
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

[[nodiscard]] inline result<std::optional<key_view>> find_key(connection& on, std::string_view format, handle name) {
    auto key = find_record(on, format, name);
    if (!key) return std::move(key).error();
    if (!*key) return std::optional<key_view>{};
    auto owner = find_credential(on, (*key)->credential);
    if (!owner) return std::move(owner).error();
    if (!*owner) return dangling(on);
    auto head = find_head(on);
    if (!head) return std::move(head).error();
    return std::optional{key_view{**std::move(owner), **std::move(key), *head}};
}

[[nodiscard]] inline result<page<credential_view>> list_credentials(connection& on, const page_request& which,
                                                                    std::string_view tenant) {
    auto after = position_of(which, 0);
    if (!after) return std::move(after).error();
    std::vector<std::pair<std::uint64_t, credential_id>> names;
    const auto take = [&](row_reader& row) {
        const std::uint64_t ordinal = row.count();
        names.emplace_back(ordinal, row.id());
    };
    const std::size_t most = which.limit + 1;  // one more shows whether there is a next page
    auto done = tenant.empty() ? each_row(on, most, take,
                                          "SELECT ordinal, id FROM credential WHERE ordinal > ?1 ORDER BY ordinal "
                                          "LIMIT ?2",
                                          clamped(*after), clamped(most))
                               : each_row(on, most, take,
                                          "SELECT ordinal, id FROM credential WHERE tenant = ?3 AND ordinal > ?1 "
                                          "ORDER BY ordinal LIMIT ?2",
                                          clamped(*after), clamped(most), tenant);
    if (!done) return std::move(done).error();
    page<credential_view> found;
    if (names.size() == most) {
        names.pop_back();
        found.next = std::to_string(names.back().first);
    }
    for (const auto& [ordinal, id] : names) {
        auto view = find_view(on, id, find_newest_keys);
        if (!view) return std::move(view).error();
        if (!*view) return dangling(on);
        found.items.push_back(**std::move(view));
    }
    return found;
}

[[nodiscard]] inline result<page<audit_event>> list_audit(connection& on, const page_request& which,
                                                          std::string_view tenant) {
    auto before = position_of(which, max_number);
    if (!before) return std::move(before).error();
    page<audit_event> found;
    const auto take = [&](row_reader& row) {
        audit_event& event = found.items.emplace_back();
        event.sequence = row.count();
        event.at = row.time();
        event.actor = row.text();
        event.action = row.text();
        event.tenant = row.text();
        event.credential = row.id();
        event.handle = row.optional_handle();
        event.source_address = row.text();
        event.reason = row.text();
    };
    const std::size_t most = which.limit + 1;
    auto done = tenant.empty()
                    ? each_row(on, most, take,
                               "SELECT sequence, at, actor, action, tenant, credential, handle, source_address, reason "
                               "FROM audit_event WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2",
                               clamped(*before), clamped(most))
                    : each_row(on, most, take,
                               "SELECT sequence, at, actor, action, tenant, credential, handle, source_address, reason "
                               "FROM audit_event WHERE tenant = ?3 AND sequence < ?1 ORDER BY sequence DESC LIMIT ?2",
                               clamped(*before), clamped(most), tenant);
    if (!done) return std::move(done).error();
    if (found.items.size() == most) {
        found.items.pop_back();
        found.next = std::to_string(found.items.back().sequence);
    }
    return found;
}

/// Changes after a sequence number, in order; a gap is `corrupt`.
[[nodiscard]] inline result<std::vector<change>> list_changes(connection& on, std::uint64_t after, std::size_t limit) {
    std::vector<change> found;
    auto done = each_row(
        on, limit,
        [&](row_reader& row) {
            change& one = found.emplace_back();
            one.sequence = row.count();
            one.kind = row.one_of<change_kind>();
            one.credential = row.id();
            one.version = row.count();
            one.at = row.time();
            one.tag = row.bits();
            row.require(one.sequence == after + found.size());
        },
        "SELECT sequence, kind, credential, version, at, tag FROM change WHERE sequence > ?1 ORDER BY sequence LIMIT "
        "?2",
        clamped(after), clamped(limit));
    if (!done) return std::move(done).error();
    return found;
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
            row.require(entry.token == token);
        },
        "SELECT token, arguments, credential, handle, created_at, expires_at FROM idempotency "
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

[[nodiscard]] inline result<std::vector<keyring_check>> list_checks(connection& on) {
    std::vector<keyring_check> found;
    auto done = each_row(
        on, max_checks,
        [&](row_reader& row) {
            keyring_check& check = found.emplace_back();
            check.kind = row.one_of<key_kind>();
            check.number = row.small_count();
            check.check = row.blob<sizeof(check.check)>();
        },
        "SELECT kind, number, proof FROM keyring_check ORDER BY ordinal");
    if (!done) return std::move(done).error();
    return found;
}

}  // namespace shearline::inline v0_1::detail::sqlite

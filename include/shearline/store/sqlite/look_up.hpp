// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The look-up of `sqlite_store`: what a strict verification reads.
// Depends on store/sql/queries.hpp and store/sqlite/connection.hpp; for sqlite_store.hpp, not in the umbrella.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/sql/queries.hpp>
#include <shearline/store/sqlite/connection.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// The other keys of a key's credential that are not revoked, without usage and sealed texts.
[[nodiscard]] inline result<std::vector<record>> find_others(connection& on, const record& than) {
    std::vector<record> found;
    auto done = sql::each_row(
        on, sql::max_live_keys,
        [&](auto& row) {
            record& key = found.emplace_back();
            key.format = row.text();
            key.handle = row.handle();
            key.credential = than.credential;
            sql::read_life(row, key);
        },
        "SELECT format, handle, generation, state, digest, created_at, retires_at, revoked_at FROM main.record "
        "INDEXED BY live_record_of_credential WHERE "
        "credential = (SELECT ordinal FROM main.credential WHERE id = ?1) AND state <> 4 AND (format <> ?2 OR handle "
        "<> ?3) "
        "ORDER BY generation DESC LIMIT ?4",
        sql::column(than.credential), than.format, sql::column(than.handle), sql::clamped(sql::max_live_keys + 1));
    if (!done) return std::move(done).error();
    return found;
}

[[nodiscard]] inline result<std::optional<key_view>> find_key(connection& on, std::string_view format, handle name) {
    auto key = sql::find_record(on, format, name);
    if (!key) return std::move(key).error();
    if (!*key) return std::optional<key_view>{};
    auto owner = sql::find_credential(on, (*key)->credential, sql::with_metadata::no);
    if (!owner) return std::move(owner).error();
    if (!*owner) return sql::dangling(on);
    auto others = find_others(on, **key);
    if (!others) return std::move(others).error();
    auto head = sql::find_head(on);
    if (!head) return std::move(head).error();
    return std::optional{key_view{**std::move(owner), **std::move(key), *std::move(others), *head}};
}

}  // namespace shearline::inline v0_1::detail::sqlite

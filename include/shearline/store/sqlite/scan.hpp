// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The scan of `sqlite_store`: every credential and key in one read.
// Depends on store/scan.hpp, store/sql/queries.hpp and store/sqlite/connection.hpp; for sqlite_store.hpp, not in the
// umbrella.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/scan.hpp>
#include <shearline/store/sql/queries.hpp>
#include <shearline/store/sqlite/connection.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// The number that a query returns.
template <typename... Values>
[[nodiscard]] result<std::uint64_t> scan_number(connection& on, std::string_view sql, const Values&... values) {
    std::uint64_t number = 0;
    auto done = sql::each_row(
        on, 1, [&](auto& row) { number = row.count(0); }, sql, values...);
    if (!done) return std::move(done).error();
    return number;
}

// The plus signs below keep SQLite from going through an index, and so from place to place in the file.

/// Reads the keys that are not revoked, in the order of their credentials, one credential at a time.
class live_key_rows {
public:
    [[nodiscard]] static result<live_key_rows> open(connection& on) {
        auto rows = on.prepare(
            "SELECT credential, format, handle, generation, state, digest, created_at, retires_at, revoked_at "
            "FROM record WHERE +state <> 4 ORDER BY credential, generation");
        if (!rows) return std::move(rows).error();
        live_key_rows made{on, *std::move(rows)};
        if (auto more = made.advance(); !more) return std::move(more).error();
        return made;
    }

    /// The keys of a credential, valid until the next call. Call it for each credential, in order.
    [[nodiscard]] result<std::span<const scanned_key>> of(std::uint64_t ordinal) {
        m_keys.clear();
        m_formats.clear();
        while (m_more) {
            sql::row_reader row{m_rows};
            const std::uint64_t owner = row.count();
            if (row.done() && owner > ordinal) break;
            if (owner < ordinal) return sql::dangling(*m_on);
            scanned_key& key = m_keys.emplace_back();
            key.format = m_formats.emplace_back(row.text_view());
            key.handle = row.handle();
            sql::read_life(row, key);
            row.require(m_keys.size() <= sql::max_live_keys);
            if (auto good = row.done(); !good) return std::move(good).error();
            if (auto more = advance(); !more) return std::move(more).error();
        }
        return std::span<const scanned_key>{m_keys};
    }

    /// Whether every key was given.
    [[nodiscard]] bool are_done() const noexcept { return !m_more; }

private:
    live_key_rows(connection& on, query rows) : m_on{&on}, m_rows{std::move(rows)} {}

    result<void> advance() {
        auto more = m_rows.next();
        if (!more) return std::move(more).error();
        m_more = *more;
        return {};
    }

    connection* m_on;
    query m_rows;
    bool m_more = false;
    std::vector<scanned_key> m_keys;
    std::deque<std::string> m_formats;  // a deque does not move its elements
};

/// A scan (see store/scan.hpp), inside a transaction that the caller has begun: one pass over each of two tables, in
/// file order and in step, and no look-up for any row.
template <typename Sink>
[[nodiscard]] result<feed_head> scan(connection& on, std::string_view format, Sink& sink) {
    auto head = sql::find_head(on);
    if (!head) return head;
    auto credentials = scan_number(on, "SELECT count(*) FROM credential");
    if (!credentials) return std::move(credentials).error();
    auto keys = scan_number(on, "SELECT count(*) FROM record WHERE +format = ?1 AND +state <> 4", format);
    if (!keys) return std::move(keys).error();
    if (auto begun = sink.begin(*credentials, *keys); !begun) return std::move(begun).error();

    auto rows = on.prepare(
        "SELECT ordinal, id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
        "revoked_at, metadata_digest, proof_key, proof FROM credential ORDER BY ordinal");
    if (!rows) return std::move(rows).error();
    auto keys_of = live_key_rows::open(on);
    if (!keys_of) return std::move(keys_of).error();
    std::uint64_t taken = 0;
    std::uint64_t last = 0;
    for (;; ++taken) {
        auto more = rows->next();
        if (!more) return std::move(more).error();
        if (!*more) break;
        sql::row_reader row{*rows};
        scanned_credential one;
        const std::uint64_t ordinal = row.count();
        row.require(taken < *credentials && last < ordinal);
        last = ordinal;
        one.id = row.id();
        one.tenant = row.text_view();
        one.name = row.text_view();
        one.scopes = row.scope_text();
        sql::read_terms(row, one);
        if (auto good = row.done(); !good) return std::move(good).error();
        auto its_keys = keys_of->of(ordinal);
        if (!its_keys) return std::move(its_keys).error();
        if (auto done = sink.take(std::as_const(one), *its_keys); !done) return std::move(done).error();
    }
    if (!keys_of->are_done()) return sql::dangling(on);
    if (taken != *credentials)  // an index that does not fit its table
        return error{errc::corrupt, on.path() + ": is damaged: restore it from a backup"};
    return head;
}

}  // namespace shearline::inline v0_1::detail::sqlite

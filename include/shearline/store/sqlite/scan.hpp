// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The scan of `sqlite_store`: every credential and key in one read, by one thread or by several.
// Depends on store/scan.hpp, store/sql/queries.hpp and store/sqlite/connection.hpp; for sqlite_store.hpp, not in the
// umbrella.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/posix/run_together.hpp>
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

/// The credentials of one part of a scan: those whose ordinals lie between these two, or are one of them.
struct ordinals {
    std::int64_t first = std::numeric_limits<std::int64_t>::min();
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

/// Reads the keys that are not revoked, in the order of their credentials, one credential at a time.
class live_key_rows {
public:
    [[nodiscard]] static result<live_key_rows> open(connection& on, const ordinals& of) {
        auto rows = on.prepare(
            "SELECT credential, format, handle, generation, state, digest, created_at, retires_at, revoked_at "
            "FROM record WHERE +state <> 4 AND credential >= ?1 AND credential < ?2 + 1 "
            "ORDER BY credential, generation",
            of.first, of.last);
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

/// Gives the rows of a part to a sink that has begun, and returns the number of credentials: one pass over each of two
/// tables, in file order and in step, and no look-up for any row.
template <typename Sink>
[[nodiscard]] result<std::uint64_t> scan_rows(connection& on, const ordinals& of, Sink& sink) {
    auto rows = on.prepare(
        "SELECT ordinal, id, tenant, name, scopes, not_before, expires_at, suspended, generation, version, created_at, "
        "revoked_at, metadata_digest, proof_key, proof FROM credential WHERE ordinal BETWEEN ?1 AND ?2 "
        "ORDER BY ordinal",
        of.first, of.last);
    if (!rows) return std::move(rows).error();
    auto keys_of = live_key_rows::open(on, of);
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
        row.require(last < ordinal);
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
    return taken;
}

/// A scan (see store/scan.hpp) by as many threads as there are sinks. `on(i)` is the connection of thread i, inside a
/// transaction that the caller has begun; all are of one moment.
template <typename Connections, typename Sink>
[[nodiscard]] result<feed_head> scan(const Connections& on, std::string_view format, std::span<Sink> sinks) {
    auto head = sql::find_head(on(0));
    if (!head) return head;
    auto credentials = scan_number(on(0), "SELECT count(*) FROM credential");
    if (!credentials) return std::move(credentials).error();
    // What is no integer would be in no part: only a table of another definition holds it.
    auto outside = scan_number(on(0),
                               "SELECT (SELECT count(*) FROM record WHERE credential IS NULL) + "
                               "(SELECT count(*) FROM record WHERE credential < -9223372036854775808) + "
                               "(SELECT count(*) FROM record WHERE credential > 9223372036854775807)");
    if (!outside) return std::move(outside).error();
    if (*outside != 0) return sql::dangling(on(0));
    auto most = scan_number(on(0), "SELECT coalesce(max(ordinal), 0) FROM credential");
    if (!most) return std::move(most).error();
    std::vector<ordinals> parts(sinks.size());  // the first and the last are open, so that no row lies outside
    for (std::size_t i = 1; i < parts.size(); ++i) {
        parts[i].first = static_cast<std::int64_t>(*most / parts.size() * i + 1);
        parts[i - 1].last = parts[i].first - 1;
    }

    // For each part, the number of its keys, and then of its credentials.
    std::vector<result<std::uint64_t>> counted(parts.size(), std::uint64_t{0});
    const auto sum = [&counted]() -> result<std::uint64_t> {
        std::uint64_t of_all = 0;
        for (auto& part : counted) {
            if (!part) return std::move(part).error();
            of_all += *part;
        }
        return of_all;
    };
    run_together(parts.size(), [&](std::size_t i) {
        counted[i] = scan_number(on(i),
                                 "SELECT count(*) FROM record "
                                 "WHERE +format = ?1 AND +state <> 4 AND credential >= ?2 AND credential < ?3 + 1",
                                 format, parts[i].first, parts[i].last);
    });
    const auto keys = sum();
    if (!keys) return keys.error();
    if (auto begun = sinks.front().begin(*credentials, *keys); !begun) return std::move(begun).error();
    run_together(parts.size(), [&](std::size_t i) { counted[i] = scan_rows(on(i), parts[i], sinks[i]); });
    const auto taken = sum();
    if (!taken) return taken.error();
    if (*taken != *credentials)  // an index that does not fit its table
        return error{errc::corrupt, on(0).path() + ": is damaged: restore it from a backup"};
    return head;
}

}  // namespace shearline::inline v0_1::detail::sqlite

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The scan of `sqlite_store`: every credential and key in one read.
// Depends on store/scan.hpp and store/sqlite/queries.hpp; for sqlite_store.hpp, not in the umbrella.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/scan.hpp>
#include <shearline/store/sqlite/queries.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// The number that a query returns.
template <typename... Values>
[[nodiscard]] result<std::uint64_t> scan_number(connection& on, std::string_view sql, const Values&... values) {
    std::uint64_t number = 0;
    auto done = each_row(
        on, 1, [&](row_reader& row) { number = row.count(0); }, sql, values...);
    if (!done) return std::move(done).error();
    return number;
}

/// Passes each row's reader to `take(row_reader&) -> result<void>`.
template <typename Take, typename... Values>
[[nodiscard]] result<void> scan_rows(connection& on, Take take, std::string_view sql, const Values&... values) {
    auto rows = on.prepare(sql, values...);
    if (!rows) return std::move(rows).error();
    for (;;) {
        auto more = rows->next();
        if (!more) return std::move(more).error();
        if (!*more) return {};
        row_reader row{*rows};
        if (auto taken = take(row); !taken) return taken;
    }
}

/// A scan (see store/scan.hpp), inside a transaction that the caller has begun: one pass over each of two tables, in
/// file order, and no look-up for any row.
template <typename Sink>
[[nodiscard]] result<feed_head> scan(connection& on, std::string_view format, Sink& sink) {
    auto head = find_head(on);
    if (!head) return head;
    auto credentials = scan_number(on, "SELECT count(*) FROM credential");
    if (!credentials) return std::move(credentials).error();
    auto keys = scan_number(on, "SELECT count(*) FROM record WHERE format = ?1 AND state <> 4", format);
    if (!keys) return std::move(keys).error();
    if (auto begun = sink.begin(*credentials, *keys); !begun) return std::move(begun).error();

    std::vector<std::uint64_t> ordinals;  // ascending; 1, 2, 3 … unless rows were deleted by hand
    auto done = scan_rows(
        on,
        [&](row_reader& row) -> result<void> {
            scanned_credential one;
            const std::uint64_t ordinal = row.count();
            row.require(ordinals.size() < *credentials && (ordinals.empty() || ordinals.back() < ordinal));
            ordinals.push_back(ordinal);
            one.id = row.id();
            one.tenant = row.text_view();
            one.scopes = row.scope_text();
            one.not_before = row.optional_time();
            one.expires_at = row.optional_time();
            one.suspended = row.integer(0, 1) == 1;
            one.revoked = row.optional_time().has_value();
            one.version = row.count();
            if (auto good = row.done(); !good) return good;
            return sink.take(std::as_const(one));
        },
        "SELECT ordinal, id, tenant, scopes, not_before, expires_at, suspended, revoked_at, version FROM credential "
        "ORDER BY ordinal");
    if (!done) return std::move(done).error();

    const auto place_of = [&ordinals](std::uint64_t ordinal) -> std::uint64_t {
        const std::uint64_t likely = ordinal - 1;
        if (likely < ordinals.size() && ordinals[static_cast<std::size_t>(likely)] == ordinal) return likely;
        const auto at = std::lower_bound(ordinals.begin(), ordinals.end(), ordinal);
        return at != ordinals.end() && *at == ordinal ? static_cast<std::uint64_t>(at - ordinals.begin())
                                                      : std::numeric_limits<std::uint64_t>::max();
    };
    std::uint64_t taken = 0;
    done = scan_rows(
        on,
        [&](row_reader& row) -> result<void> {
            scanned_key one;
            row.require(++taken <= *keys);
            one.credential = place_of(row.count());
            one.handle = row.handle();
            one.state = row.state();
            one.retires_at = row.optional_time();
            one.digest = row.digest_of(one.handle);
            if (auto good = row.done(); !good) return good;
            if (one.credential == std::numeric_limits<std::uint64_t>::max()) return dangling(on);
            return sink.take(std::as_const(one));
        },
        "SELECT credential, handle, state, retires_at, digest FROM record WHERE format = ?1 AND state <> 4", format);
    if (!done) return std::move(done).error();
    if (ordinals.size() != *credentials || taken != *keys)  // an index that does not fit its table
        return error{errc::corrupt, on.path() + ": is damaged: restore it from a backup"};
    return head;
}

}  // namespace shearline::inline v0_1::detail::sqlite

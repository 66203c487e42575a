// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The lists of `sqlite_store`: pages of credentials and of the audit, and the feed.
// Depends on store/sql/queries.hpp and store/cursor.hpp; for the stores in SQL databases, never on one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/cursor.hpp>
#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::sql {

template <typename Connection>
[[nodiscard]] result<page<credential_view>> list_credentials(Connection& on, const page_request& which,
                                                             std::string_view tenant) {
    auto after = position_of(which, 0);
    if (!after) return std::move(after).error();
    std::vector<std::pair<std::uint64_t, credential_id>> names;
    const auto take = [&](auto& row) {
        const std::uint64_t ordinal = row.count();
        names.emplace_back(ordinal, row.id());
    };
    const std::size_t most = which.limit + 1;  // one more shows whether there is a next page
    auto done = tenant.empty() ? each_row(on, most, take,
                                          "SELECT ordinal, id FROM main.credential WHERE ordinal > ?1 ORDER BY ordinal "
                                          "LIMIT ?2",
                                          clamped(*after), clamped(most))
                               : each_row(on, most, take,
                                          "SELECT ordinal, id FROM main.credential WHERE tenant = ?3 AND ordinal > ?1 "
                                          "ORDER BY ordinal LIMIT ?2",
                                          clamped(*after), clamped(most), tenant);
    if (!done) return std::move(done).error();
    page<credential_view> found;
    if (names.size() == most) {
        names.pop_back();
        found.next = std::to_string(names.back().first);
    }
    for (const auto& [ordinal, id] : names) {
        auto view = find_view(on, id, find_newest_keys<Connection>);
        if (!view) return std::move(view).error();
        if (!*view) return dangling(on);
        found.items.push_back(**std::move(view));
    }
    return found;
}

template <typename Connection>
[[nodiscard]] result<page<audit_event>> list_audit(Connection& on, const page_request& which, std::string_view tenant) {
    auto before = position_of(which, max_number);
    if (!before) return std::move(before).error();
    page<audit_event> found;
    const auto take = [&](auto& row) {
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
    auto done =
        tenant.empty()
            ? each_row(on, most, take,
                       "SELECT sequence, at, actor, action, tenant, credential, handle, source_address, reason "
                       "FROM main.audit_event WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2",
                       clamped(*before), clamped(most))
            : each_row(on, most, take,
                       "SELECT sequence, at, actor, action, tenant, credential, handle, source_address, reason "
                       "FROM main.audit_event WHERE tenant = ?3 AND sequence < ?1 ORDER BY sequence DESC LIMIT ?2",
                       clamped(*before), clamped(most), tenant);
    if (!done) return std::move(done).error();
    if (found.items.size() == most) {
        found.items.pop_back();
        found.next = std::to_string(found.items.back().sequence);
    }
    return found;
}

/// Changes after a sequence number, in order; a gap is `corrupt`, except, where the feed is trimmed, before the first.
template <typename Connection>
[[nodiscard]] result<std::vector<change>> list_changes(Connection& on, std::uint64_t after, std::size_t limit,
                                                       bool may_be_trimmed = false) {
    std::vector<change> found;
    auto done = each_row(
        on, limit,
        [&](auto& row) {
            change& one = found.emplace_back();
            one.sequence = row.count();
            one.kind = row.template one_of<change_kind>();
            one.credential = row.id();
            one.version = row.count();
            one.at = row.time();
            one.tag = row.bits();
            const bool is_first = found.size() == 1 && may_be_trimmed && one.sequence > after;
            row.require(is_first || one.sequence == (found.size() == 1 ? after : found[found.size() - 2].sequence) + 1);
        },
        "SELECT sequence, kind, credential, version, at, tag FROM main.change WHERE sequence > ?1 ORDER BY sequence "
        "LIMIT "
        "?2",
        clamped(after), clamped(limit));
    if (!done) return std::move(done).error();
    return found;
}

}  // namespace shearline::inline v0_1::detail::sql

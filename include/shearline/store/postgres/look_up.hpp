// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reads of `postgres_store` that are made for each verification or change, each in one exchange with the server.
// Depends on store/sql/queries.hpp and store/postgres/connection.hpp; for postgres_store.hpp, not in the umbrella.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/change.hpp>
#include <shearline/store/postgres/connection.hpp>
#include <shearline/store/postgres/values.hpp>
#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// Reads a credential, but for its metadata.
template <typename Row>
void read_credential(Row& row, credential& owner) {
    owner.id = row.id();
    owner.tenant = row.text();
    owner.name = row.text();
    owner.scopes = row.scopes();
    sql::read_terms(row, owner);
}

/// A key, its credential without the metadata, the credential's other keys that are not revoked, and the end of the
/// feed: a row for each other key, or one.
[[nodiscard]] inline result<std::optional<key_view>> find_key(connection& on, std::string_view format, handle name) {
    std::optional<key_view> found;
    auto done = sql::each_row(
        on, sql::max_live_keys,
        [&](auto& row) {
            const bool is_first = !found;
            key_view again;
            key_view& view = is_first ? found.emplace() : again;
            read_credential(row, view.about);
            view.key.credential = view.about.id;
            sql::read_key(row, view.key);
            row.require(view.key.format == format && view.key.handle == name);
            view.head.sequence = row.optional([](auto& of) { return of.count(); }).value_or(0);
            view.head.tag = row.optional([](auto& of) { return of.bits(); }).value_or(0);
            view.head.closed =
                row.optional([](auto& of) { return of.template one_of<change_kind>(); }) == change_kind::closed;
            auto other_format = row.optional([](auto& of) { return of.text(); });
            if (!other_format) return;
            record& other = found->others.emplace_back();
            other.format = *std::move(other_format);
            other.handle = row.handle();
            other.credential = found->about.id;
            sql::read_life(row, other);
        },
        "SELECT c.id, c.tenant, c.name, c.scopes, c.not_before, c.expires_at, c.suspended, c.generation, c.version, "
        "c.created_at, c.revoked_at, c.metadata_digest, c.proof_key, c.proof, r.format, r.handle, r.generation, "
        "r.state, r.digest, r.created_at, r.retires_at, r.revoked_at, r.last_used_at, r.uses, r.sealing_key, r.nonce, "
        "r.box, h.sequence, h.tag, h.kind, o.format, o.handle, o.generation, o.state, o.digest, o.created_at, "
        "o.retires_at, "
        "o.revoked_at FROM main.record r JOIN main.credential c ON c.ordinal = r.credential LEFT JOIN LATERAL (SELECT "
        "sequence, tag, kind FROM main.change ORDER BY sequence DESC LIMIT 1) h ON true LEFT JOIN main.record o ON "
        "o.credential = r.credential AND o.state <> 4 AND (o.format <> r.format OR o.handle <> r.handle) "
        "WHERE r.format = ?1 AND r.handle = ?2",
        format, sql::column(name));
    if (!done) return std::move(done).error();
    if (found)
        std::sort(found->others.begin(), found->others.end(),
                  [](const record& a, const record& b) { return a.generation > b.generation; });
    return found;
}

/// Asks for credentials with their keys that are not revoked, for `take_live`.
[[nodiscard]] inline result<void> ask_live(connection& on, std::span<const credential_id> ids) {
    array names{type::bytes};
    for (const credential_id& id : ids) names.add(sql::column(id));
    auto asked = on.say("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (asked)
        asked = on.ask(
            "SELECT c.id, c.tenant, c.name, c.scopes, c.not_before, c.expires_at, c.suspended, c.generation, "
            "c.version, c.created_at, c.revoked_at, c.metadata_digest, c.proof_key, c.proof, r.format, r.handle, "
            "r.generation, r.state, r.digest, r.created_at, r.retires_at, r.revoked_at, r.last_used_at, r.uses, "
            "r.sealing_key, r.nonce, r.box FROM main.credential c LEFT JOIN main.record r ON r.credential = c.ordinal "
            "AND r.state <> 4 WHERE c.id = ANY (?1) ORDER BY c.ordinal, r.generation DESC",
            names);
    if (asked)
        asked = on.ask(
            "SELECT credential, label, value FROM main.credential_metadata WHERE credential = ANY (?1) "
            "ORDER BY credential, ordinal",
            names);
    if (asked) asked = on.say("COMMIT");
    return asked;
}

/// Adds those that exist, in the order of issue, each with its newest key first.
[[nodiscard]] inline result<void> take_live(connection& on, std::vector<credential_view>& to) {
    auto all = on.answers();
    if (!all) return std::move(all).error();
    std::vector<credential_view> found;
    constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
    auto done = sql::take_rows(all->front(), any, [&](auto& row) {
        credential owner;
        read_credential(row, owner);
        if (found.empty() || found.back().about.id != owner.id) found.push_back({std::move(owner), {}});
        auto format = row.optional([](auto& of) { return of.text(); });
        if (!format) return;
        record& key = found.back().keys.emplace_back();
        key.credential = found.back().about.id;
        key.format = *std::move(format);
        sql::read_key_of(row, key);
        row.require(found.back().keys.size() <= sql::max_live_keys);
    });
    if (!done) return std::move(done).error();
    std::map<credential_id, credential*> by_id;
    for (credential_view& one : found) by_id.emplace(one.about.id, &one.about);
    done = sql::take_rows(all->back(), any, [&](auto& row) {
        const auto owner = by_id.find(row.id());
        std::string label = row.text();
        if (owner != by_id.end()) owner->second->metadata.emplace_back(std::move(label), row.text());
    });
    if (done) to.insert(to.end(), std::move_iterator{found.begin()}, std::move_iterator{found.end()});
    return done;
}

/// Adds uses, for all keys or for none.
[[nodiscard]] inline result<void> add_uses(connection& on, std::span<const usage> used) {
    array formats{type::bytes};
    array handles{type::big_integer};
    array uses{type::big_integer};
    array times{type::big_integer};
    for (const usage& use : used) {
        formats.add(use.format);
        handles.add(sql::column(use.handle));
        uses.add(sql::column(use.uses));
        times.add(sql::column(use.last_used_at));
    }
    return on.write(
        "UPDATE main.record SET uses = record.uses + least(u.uses, 9223372036854775807 - "
        "greatest(record.uses, 0)), "
        "last_used_at = greatest(coalesce(record.last_used_at, u.at), u.at) FROM (SELECT format, handle, "
        "least(sum(uses), 9223372036854775807)::bigint AS uses, max(at) AS at FROM unnest(?1, ?2, ?3, ?4) AS "
        "given(format, handle, uses, at) GROUP BY format, handle) u WHERE record.format = u.format AND "
        "record.handle = u.handle",
        formats, handles, uses, times);
}

}  // namespace shearline::inline v0_1::detail::postgres

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reference store, in the memory of this process. Other stores behave as this one does.
// Depends on store/ and credential/; never on another library than std.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/cursor.hpp>
#include <shearline/store/memory_transaction.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1 {

/// Keeps everything in ordered maps behind one lock, until it is destroyed. Models `key_store`; its members are those
/// of the concept (concepts.hpp). A transaction collects its writes beside the maps, and the commit merges them: a
/// transaction that fails changes nothing. Thread-safe; calls wait for each other. Look-ups are O(log n), `list` and
/// `audit` are O(n). For tests, and for programs that issue their keys again at each start.
///
/// Errors: only `invalid_argument` and `conflict`, as `key_store` states them. If memory runs out, `std::bad_alloc` is
/// thrown. In a child made by `fork` it is a copy of its own, which hears of no change in the parent.
///
/// Example:
///     shearline::memory_store store;
///     const auto nobody = store.look_up("acme", shearline::handle{42});
///     const bool is_empty = nobody && !nobody->has_value();  // an answer, which is "no such key"
class memory_store {
    using contents = detail::memory_contents;
    using key_name = contents::key_name;

public:
    using transaction = detail::memory_transaction;

    memory_store() = default;
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    /// Runs `body(transaction&) -> result<T>` under the lock, and commits its writes if and only if it succeeded. The
    /// body must not use the store itself: that would deadlock.
    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        const std::scoped_lock lock{m_mutex};
        transaction tx{m_data};
        auto outcome = std::forward<Body>(body)(tx);
        if (outcome) commit(std::move(tx.m_new), tx.m_pruned);
        return outcome;
    }

    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        const std::scoped_lock lock{m_mutex};
        const auto at = m_data.records.find(contents::name_of(format, key));
        if (at == m_data.records.end()) return std::optional<key_view>{};
        return std::optional{key_view{m_data.credentials.at(at->second.credential), at->second, m_data.head()}};
    }

    /// The end of the feed.
    [[nodiscard]] result<feed_head> head() const {
        const std::scoped_lock lock{m_mutex};
        return m_data.head();
    }

    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        const std::scoped_lock lock{m_mutex};
        if (!m_data.credentials.contains(id)) return std::optional<credential_view>{};
        return std::optional{view_of(id)};
    }

    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        const std::scoped_lock lock{m_mutex};
        const auto owner = m_data.credentials.find(id);
        if (owner == m_data.credentials.end()) return std::optional<credential_view>{};
        return std::optional{credential_view{owner->second, *transaction{m_data}.live_keys_of(id)}};
    }

    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        const std::scoped_lock lock{m_mutex};
        auto after = detail::position_of(which, 0);
        if (!after) return std::move(after).error();
        page<credential_view> found;
        for (std::uint64_t i = *after; i < m_data.order.size(); ++i) {
            const credential_id& id = m_data.order[static_cast<std::size_t>(i)];
            if (!tenant.empty() && m_data.credentials.at(id).tenant != tenant) continue;
            if (found.items.size() == which.limit) {
                found.next = std::to_string(i);
                break;
            }
            found.items.push_back(view_of(id));
        }
        return found;
    }

    [[nodiscard]] result<page<audit_event>> audit(const page_request& which, std::string_view tenant) const {
        const std::scoped_lock lock{m_mutex};
        auto before = detail::position_of(which, std::numeric_limits<std::uint64_t>::max());
        if (!before) return std::move(before).error();
        page<audit_event> found;
        for (auto event = m_data.audit.rbegin(); event != m_data.audit.rend(); ++event) {
            if (event->sequence >= *before || (!tenant.empty() && event->tenant != tenant)) continue;
            if (found.items.size() == which.limit) {
                found.next = std::to_string(found.items.back().sequence);
                break;
            }
            found.items.push_back(*event);
        }
        return found;
    }

    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        const std::scoped_lock lock{m_mutex};
        std::vector<change> found;
        for (std::uint64_t i = sequence; i < m_data.changes.size() && found.size() < limit; ++i)
            found.push_back(m_data.changes[static_cast<std::size_t>(i)]);
        return found;
    }

    /// Gives every credential and every key that is not revoked to `sink` (see store/scan.hpp), under the lock. O(n log
    /// n).
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) const {
        const std::scoped_lock lock{m_mutex};
        const auto is_shown = [format](const record& key) {
            return key.format == format && key.state != key_state::revoked;
        };
        const auto keys = static_cast<std::uint64_t>(std::count_if(
            m_data.records.begin(), m_data.records.end(), [&](const auto& named) { return is_shown(named.second); }));
        if (auto begun = sink.begin(std::uint64_t{m_data.order.size()}, keys); !begun) return std::move(begun).error();
        std::map<credential_id, std::uint64_t> places;
        for (const credential_id& id : m_data.order) {
            const credential& owner = m_data.credentials.at(id);
            const std::string scopes = join_scopes(owner.scopes);
            const scanned_credential one{.id = id,
                                         .tenant = owner.tenant,
                                         .scopes = scopes,
                                         .not_before = owner.not_before,
                                         .expires_at = owner.expires_at,
                                         .suspended = owner.suspended,
                                         .revoked = owner.revoked_at.has_value(),
                                         .version = owner.version};
            if (auto taken = sink.take(one); !taken) return std::move(taken).error();
            places.emplace(id, places.size());
        }
        for (const auto& [name, key] : m_data.records) {
            if (!is_shown(key)) continue;
            const scanned_key one{places.at(key.credential), key.handle, key.state, key.retires_at, key.digest};
            if (auto taken = sink.take(one); !taken) return std::move(taken).error();
        }
        return m_data.head();
    }

    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        const std::scoped_lock lock{m_mutex};
        for (const usage& use : used) {
            const auto at = m_data.records.find(contents::name_of(use.format, use.handle));
            if (at == m_data.records.end()) continue;
            record& key = at->second;
            key.uses += use.uses;
            if (!key.last_used_at || *key.last_used_at < use.last_used_at) key.last_used_at = use.last_used_at;
        }
        return {};
    }

    /// The number of changes so far. One atomic load; never waits.
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_change_count.load(std::memory_order_acquire); }
    [[nodiscard]] bool hears_changes() const noexcept { return true; }

private:
    [[nodiscard]] credential_view view_of(const credential_id& id) const {
        return {m_data.credentials.at(id), *transaction{m_data}.keys_of(id)};
    }

    void commit(contents written, const std::set<key_name>& pruned) {
        for (const key_name& name : pruned) {
            const auto key = m_data.records.find(name);
            std::erase(m_data.keys[key->second.credential], name);
            m_data.records.erase(key);
        }
        for (auto& [id, owner] : written.credentials) m_data.credentials.insert_or_assign(id, std::move(owner));
        for (auto& [name, key] : written.records) m_data.records.insert_or_assign(name, std::move(key));
        for (auto& [id, names] : written.keys)
            m_data.keys[id].insert(m_data.keys[id].end(), names.begin(), names.end());
        m_data.order.insert(m_data.order.end(), written.order.begin(), written.order.end());
        m_data.changes.insert(m_data.changes.end(), written.changes.begin(), written.changes.end());
        m_data.audit.insert(m_data.audit.end(), written.audit.begin(), written.audit.end());
        for (const auto& named : written.idempotent) {
            const timestamp now = named.second.created_at;
            std::erase_if(m_data.idempotent, [now](const auto& old) { return old.second.expires_at <= now; });
            m_data.idempotent.insert_or_assign(named.first, named.second);
        }
        m_data.checks.insert(m_data.checks.end(), written.checks.begin(), written.checks.end());
        m_data.hashes.merge(written.hashes);
        m_change_count.store(m_data.changes.size(), std::memory_order_release);
    }

    mutable std::mutex m_mutex;
    contents m_data;
    std::atomic<std::uint64_t> m_change_count{0};
};

}  // namespace shearline::inline v0_1

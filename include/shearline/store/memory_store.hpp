// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reference store, in the memory of this process. Other stores behave as this one does.
// Depends on store/ and credential/; never on another library than std.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/credential_rows.hpp>
#include <shearline/store/cursor.hpp>
#include <shearline/store/memory_transaction.hpp>
#include <shearline/store/scan.hpp>
#include <shearline/store/written_rows.hpp>

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

public:
    using transaction = detail::memory_transaction;

    /// Is given what a transaction has written, just before it is committed, and may refuse it with an error.
    using before_commit = std::function<result<void>(const written_rows&)>;

    memory_store() = default;

    /// For a store over this one that keeps what is written elsewhere, too. `hook` is called when a body that has
    /// written something has succeeded, and by `record_usage` if it is given any use. It is called before anybody can
    /// see what was written. If it returns an error, that is the outcome of the call, and nothing has changed. The lock
    /// is held: the calls are in the order of the commits, readers wait, and `hook` must not use the store, except for
    /// `change_count`.
    ///
    /// Once `hook` has returned `in_doubt`, or `std::bad_alloc` was thrown after it, it may have kept rows that are
    /// missing here: refuse all later ones, and restore a new store.
    ///
    /// Example:
    ///     std::vector<shearline::written_rows> journal;
    ///     shearline::memory_store store{[&](const shearline::written_rows& rows) -> shearline::result<void> {
    ///         journal.push_back(rows);
    ///         return {};
    ///     }};
    ///     const auto bound = store.transact(
    ///         [](auto& tx) { return tx.bind_hash("acme", shearline::hash_name{"hmac-sha256"}); });
    ///     shearline::memory_store again;
    ///     for (const shearline::written_rows& rows : journal)
    ///         if (auto done = again.restore(rows); !done) return done;
    explicit memory_store(before_commit hook) : m_before_commit{std::move(hook)} {}

    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    /// Runs `body(transaction&) -> result<T>` under the lock, and commits its writes if and only if it succeeded. The
    /// body must not use the store itself: that would deadlock.
    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        using outcome = decltype(body(std::declval<transaction&>()));
        static_assert(std::is_constructible_v<outcome, error>, "transact: return result<T> from the body");
        const std::scoped_lock lock{m_mutex};
        transaction tx{m_data};
        outcome done = std::forward<Body>(body)(tx);
        if (!done || !tx.has_written()) return done;
        written_rows rows = tx.take();
        if (m_before_commit)
            if (result<void> kept = m_before_commit(rows); !kept) return std::move(kept).error();
        commit(std::move(rows));
        return done;
    }

    /// Writes what the hook of a store was given, without a call of the hook. With all that one store has written, in
    /// the order of its commits, a new store becomes equal to it, its feed and audit too. Changes among the rows count
    /// in `change_count`.
    ///
    /// Errors: `corrupt` if the rows cannot be what was written next: a commit before them is missing, or they are
    /// there already, or they contradict each other. Nothing has changed then. This is found by versions, sequences and
    /// names; a use, a check of a key, a token or a value is not found to be wrong. O(rows × log n).
    [[nodiscard]] result<void> restore(written_rows rows) {
        const std::scoped_lock lock{m_mutex};
        if (auto fit = m_data.accepts(rows); !fit) return fit;
        commit(std::move(rows));
        return {};
    }

    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        const std::scoped_lock lock{m_mutex};
        const auto at = m_data.records.find(contents::name_of(format, key));
        if (at == m_data.records.end()) return std::optional<key_view>{};
        const record& found = at->second;
        key_view view{m_data.credentials.at(found.credential), found, {}, m_data.head()};
        for (const record& other : *transaction{m_data}.live_keys_of(found.credential))
            if (other.format != found.format || other.handle != found.handle) view.others.push_back(other);
        return std::optional{std::move(view)};
    }

    /// The name of this store and of its keyring.
    [[nodiscard]] result<std::optional<store_identity>> identity() const {
        const std::scoped_lock lock{m_mutex};
        return m_data.identity;
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
        static_assert(sizeof(detail::sink_mistakes<Sink>) > 0);
        const std::scoped_lock lock{m_mutex};
        const auto is_shown = [format](const record& key) {
            return key.format == format && key.state != key_state::revoked;
        };
        const auto keys = static_cast<std::uint64_t>(std::count_if(
            m_data.records.begin(), m_data.records.end(), [&](const auto& named) { return is_shown(named.second); }));
        if (auto begun = sink.begin(std::uint64_t{m_data.order.size()}, keys); !begun) return std::move(begun).error();
        for (const credential_id& id : m_data.order) {
            const auto alive = transaction{m_data}.live_keys_of(id);
            const detail::credential_rows rows{m_data.credentials.at(id), *alive};
            if (auto taken = sink.take(rows.owner(), rows.keys()); !taken) return std::move(taken).error();
        }
        return m_data.head();
    }

    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        const std::scoped_lock lock{m_mutex};
        if (m_before_commit && !used.empty())
            if (result<void> kept = m_before_commit({.used = {used.begin(), used.end()}}); !kept) return kept;
        m_data.count(used);
        return {};
    }

    /// The number of changes so far. One atomic load; never waits.
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_change_count.load(std::memory_order_acquire); }
    [[nodiscard]] bool hears_changes() const noexcept { return true; }

private:
    [[nodiscard]] credential_view view_of(const credential_id& id) const {
        return {m_data.credentials.at(id), *transaction{m_data}.keys_of(id)};
    }

    void commit(written_rows rows) {
        m_data.apply(std::move(rows));
        m_change_count.store(m_data.changes.size(), std::memory_order_release);
    }

    before_commit m_before_commit;
    mutable std::mutex m_mutex;
    contents m_data;
    std::atomic<std::uint64_t> m_change_count{0};
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The table that readers use and the one that will replace it: rebuilds a full table while readers continue.
// Depends on verifier/line_table.hpp and verifier/epochs.hpp; never on a store.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/verifier/epochs.hpp>
#include <shearline/verifier/line_table.hpp>

namespace shearline::inline v0_1::detail {

/// One writer at a time, any number of readers. A table is rebuilt in steps, some lines with each change, so that no
/// change waits for all of it. Until the new table is complete, readers use the old one, and every change is made in
/// both before it is acknowledged, so a reader that begins after that finds it in either. A table is kept until all
/// readers that may be using it have left. (A template, so that only who opens a verifier
/// pays for its compilation.)
template <typename Table>
class basic_table_pair {
public:
    /// The table in use. For readers, between `enter` and `leave`, and for the writer. (Sequentially consistent: see
    /// epochs.hpp.)
    [[nodiscard]] Table& current() const noexcept { return *m_current.load(std::memory_order_seq_cst); }

    void start_with(std::unique_ptr<Table> first) noexcept {
        m_owned = std::move(first);
        m_current.store(m_owned.get(), std::memory_order_seq_cst);
    }

    /// Switches to another, complete table; the previous one is kept while readers may be using it.
    void start_over(std::unique_ptr<Table> whole, epochs& readers) {
        m_retired.reserve(m_retired.size() + 1);
        m_next = std::move(whole);
        replace(readers);
    }

    /// Replaces the lines of a credential, in both tables, by those of the keys that were read; other lines of it are
    /// dead. After a reading of an older version, which a store shows if it was edited, all are. O(its keys + its lines
    /// that are not dead), plus some lines of a rebuilding. `unavailable` if there is no room for a key and no memory
    /// for a larger table: then no line has died, and the call may be repeated.
    [[nodiscard]] result<void> put(const mirrored_credential& of, std::span<const mirrored_key> keys, epochs& readers) {
        if (m_owned->knows_later(of)) keys = {};
        m_owned->begin_reading(of.id);
        if (m_next) m_next->begin_reading(of.id);
        for (const mirrored_key& key : keys) {
            if (key.status.is_dead()) continue;
            if (auto done = put_key(of, key, readers); !done) return done;
        }
        m_owned->end_reading(of);
        if (m_next) m_next->end_reading(of);
        rebuild_some(lines_per_change, readers);
        return {};
    }

    /// Continues a rebuilding, if there is one, for this many lines of the old table, and frees tables that nobody
    /// uses. Returns whether there is more to do.
    bool rebuild_some(std::size_t lines, epochs& readers) {
        for (; m_next && lines > 0; --lines) {
            if (m_cursor == m_owned->size()) {
                replace(readers);
                break;
            }
            const line& old = (*m_owned)[m_cursor++];
            const handle key{old.handle()};
            const line_status status = old.status();
            if (key.value == 0 || status.is_dead() || m_next->find(key) != nullptr) continue;
            const line_details& details = m_owned->details_of(old);
            // (There is room: see make_room.)
            line* const copied =
                m_next->insert(m_owned->owner_of(old), {key, details.digest, status, old.owner()}, details.was_read);
            if (copied != nullptr) copied->set_memo(old.memo());
        }
        free_unused(readers);
        return m_next != nullptr;
    }

    /// Removes the use counts and passes each to `take(handle, uses, last)`.
    template <typename Take>
    void take_counts(Take take) {
        m_owned->take_uses(take);
        for (retired& old : m_retired) old.table->take_uses(take);
        for (; !m_late.empty(); m_late.pop_back()) take(m_late.back().key, m_late.back().uses, m_late.back().last);
    }

private:
    /// A table of n lines is rebuilt within n/64 + 2 insertions of a key, each of which adds one line at most.
    static constexpr std::size_t lines_per_change = 64;

    struct retired {
        std::unique_ptr<Table> table;
        epochs::moment since;
    };
    struct counted {
        handle key;
        std::uint32_t uses;
        line_seconds last;
    };

    result<void> put_key(const mirrored_credential& of, const mirrored_key& key, epochs& readers) {
        const line* const known = m_owned->find(key.handle);
        if (known == nullptr || !m_owned->can_become(*known, of, key))
            if (auto room = make_room(readers); !room) return room;
        put_in(*m_owned, of, key);
        if (m_next) put_in(*m_next, of, key);
        rebuild_some(lines_per_change, readers);
        return {};
    }

    static void put_in(Table& table, const mirrored_credential& of, const mirrored_key& key) {
        line* const known = table.find(key.handle);
        if (known != nullptr && table.can_become(*known, of, key)) return table.update(*known, of, key);
        table.insert(of, key);
        if (known == nullptr) return;
        // Another digest, another credential, or dead: no such line changes in place.
        line_status before = known->status();
        before.superseded = true;
        table.set_status(*known, before);
    }

    /// Makes room for one more line in both tables. The next table is sized for all live lines and all that can be
    /// added until it is complete.
    result<void> make_room(epochs& readers) {
        if (!m_next && m_owned->is_full()) {
            free_unused(readers);
            const std::size_t alive = m_owned->used() - m_owned->dead();
            auto next = Table::make(Table::lines_for(alive + m_owned->size() / lines_per_change + 2));
            if (next) {
                m_next = *std::move(next);
                m_cursor = 0;
                rebuild_some(lines_per_change, readers);
            } else if (m_owned->used() >= m_owned->size() / 100 * 75) {  // below that, there is room left
                return std::move(next).error();
            }
        }
        if (m_owned->has_room() && (!m_next || m_next->has_room())) return {};
        return error{errc::unavailable, "the verifier's table of keys is full"};
    }

    void replace(epochs& readers) {
        m_retired.reserve(m_retired.size() + 1);  // the last call that may throw: the old table is still linked
        m_current.store(m_next.get(), std::memory_order_seq_cst);
        m_retired.push_back({std::exchange(m_owned, std::move(m_next)), readers.mark()});
    }

    void free_unused(epochs& readers) {
        for (auto old = m_retired.begin(); old != m_retired.end();) {
            if (!readers.passed(old->since)) {
                ++old;
                continue;
            }
            m_late.reserve(m_late.size() +
                           old->table->counted());  // the last call that may throw: no count is removed yet
            old->table->take_uses([this](handle key, std::uint32_t uses, line_seconds last) {
                m_late.push_back({key, uses, last});
            });
            old = m_retired.erase(old);
        }
    }

    std::atomic<Table*> m_current{nullptr};
    std::unique_ptr<Table> m_owned;  // what m_current points to
    std::unique_ptr<Table> m_next;   // not yet complete, or null
    std::size_t m_cursor = 0;        // the first line that is not in m_next yet
    std::vector<retired> m_retired;
    std::vector<counted> m_late;
};
using table_pair = basic_table_pair<line_table>;

}  // namespace shearline::inline v0_1::detail

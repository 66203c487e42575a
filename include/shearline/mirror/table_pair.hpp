// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The table that readers use, and the one that is to replace it: how a full table is rebuilt while all goes on.
// Depends on mirror/line_table.hpp and mirror/epochs.hpp; never on a store.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <shearline/mirror/epochs.hpp>
#include <shearline/mirror/line_table.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0 {

/// One writer at a time, any number of readers. Rebuilding goes on in steps, some lines with each change, so that no
/// change waits for all of it. Until the new table is whole readers use the old one, and a change is made in both
/// before it is acknowledged; whoever begins after that finds it in whichever he is given. What readers may still be
/// using is kept until they have left.
class table_pair {
public:
    /// For readers, between `enter` and `leave`, and for the writer. (Sequentially consistent: see epochs.hpp.)
    [[nodiscard]] line_table& current() const noexcept { return *m_current.load(std::memory_order_seq_cst); }

    void start_with(std::unique_ptr<line_table> first) noexcept {
        m_owned = std::move(first);
        m_current.store(m_owned.get(), std::memory_order_seq_cst);
    }

    /// Goes on with another table, which is whole; the one until now is kept while readers may be using it.
    void start_over(std::unique_ptr<line_table> whole, epochs& readers) {
        m_retired.reserve(m_retired.size() + 1);
        m_next = std::move(whole);
        replace(readers);
    }

    /// Makes a key what it is said to be, in both tables: a new one gets a line, unless it is dead. `unavailable` where
    /// there is no room for it and no memory for a greater table; then the lines are what they were.
    [[nodiscard]] result<void> put(handle key, const line_digest& digest, line_status status, line_owner owner,
                                   epochs& readers) {
        line* const known = m_owned->find(key);
        if (known == nullptr && status.is_dead()) return {};
        if (known == nullptr || known->digest() != digest)
            if (auto room = make_room(readers); !room) return room;
        put_in(*m_owned, key, digest, status, owner);
        if (m_next) {
            put_in(*m_next, key, digest, status, owner);
            rebuild_some(lines_per_change, readers);
        }
        return {};
    }

    /// Goes on with a rebuilding, if there is one, for so many lines of the old table; and frees what nobody uses.
    /// Whether there is more to do.
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
            m_next->insert(key, old.digest(), status, old.owner())->set_memo(old.memo());
        }
        free_unused(readers);
        return m_next != nullptr;
    }

    /// Takes out what was counted of uses: `take(handle, uses, last)`.
    template <typename Take>
    void take_counts(Take take) {
        m_owned->take_uses(take);
        for (retired& old : m_retired) old.table->take_uses(take);
        for (; !m_late.empty(); m_late.pop_back()) take(m_late.back().key, m_late.back().uses, m_late.back().last);
    }

private:
    /// A table of n lines is rebuilt within n/64 changes, and so grows by less than 2 % of its size meanwhile.
    static constexpr std::size_t lines_per_change = 64;

    struct retired {
        std::unique_ptr<line_table> table;
        epochs::moment since;
    };
    struct counted {
        handle key;
        std::uint32_t uses;
        line_seconds last;
    };

    static void put_in(line_table& table, handle key, const line_digest& digest, line_status status, line_owner owner) {
        line* const known = table.find(key);
        if (known == nullptr) {
            if (!status.is_dead()) table.insert(key, digest, status, owner);
        } else if (known->digest() == digest) {
            known->set_owner(owner);
            table.set_status(*known, status);
        } else {  // hashed anew: a digest never changes in place
            line_status before = known->status();
            before.superseded = true;
            table.insert(key, digest, status, owner);
            table.set_status(*known, before);
        }
    }

    result<void> make_room(epochs& readers) {
        if (m_next || !m_owned->is_full()) return {};
        free_unused(readers);
        auto next = line_table::make(line_table::lines_for(m_owned->used() - m_owned->dead() + 1));
        // There is some room left; the error is for when there is not.
        if (!next) return m_owned->used() < m_owned->size() / 100 * 75 ? result<void>{} : result<void>{next.error()};
        m_next = *std::move(next);
        m_cursor = 0;
        rebuild_some(lines_per_change, readers);
        return {};
    }

    void replace(epochs& readers) {
        m_retired.reserve(m_retired.size() + 1);  // the last that may throw: the old table is not unlinked yet
        m_current.store(m_next.get(), std::memory_order_seq_cst);
        m_retired.push_back({std::exchange(m_owned, std::move(m_next)), readers.mark()});
    }

    void free_unused(epochs& readers) {
        for (auto old = m_retired.begin(); old != m_retired.end();) {
            if (!readers.passed(old->since)) {
                ++old;
                continue;
            }
            m_late.reserve(m_late.size() + old->table->counted());  // the last that may throw: no count is taken yet
            old->table->take_uses([this](handle key, std::uint32_t uses, line_seconds last) {
                m_late.push_back({key, uses, last});
            });
            old = m_retired.erase(old);
        }
    }

    std::atomic<line_table*> m_current{nullptr};
    std::unique_ptr<line_table> m_owned;  // what m_current points to
    std::unique_ptr<line_table> m_next;   // not yet whole, or null
    std::size_t m_cursor = 0;             // the first line that is not in m_next yet
    std::vector<retired> m_retired;
    std::vector<counted> m_late;
};

}  // namespace shearline::inline v0

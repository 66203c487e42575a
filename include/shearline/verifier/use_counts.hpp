// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Counts, for one reader, which keys were used and how often, until the counts are written to the store.
// Depends on verifier/line_table.hpp; never on a store.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <shearline/clock.hpp>
#include <shearline/verifier/line_table.hpp>

namespace shearline::inline v0_1::detail {

/// Counts of one reader, written without a lock or an atomic addition: keys that are used again and again stay here. A
/// key that was not seen lately goes to the counts of the table, which all readers share. That takes an atomic
/// addition, which would keep the next verification's reads from being begun early, so it is done for many keys at
/// once, soon enough for their lines to be in the cache still. No use is lost, nobody waits, nothing is allocated.
///
/// To flush, a thread freezes the counts and takes them once the reader has been outside (see epochs.hpp); until
/// `thaw`, the reader counts in the table directly.
class use_counts {
public:
    /// Counts one use. By its reader, inside, with the table that it searched.
    void note(const line_table& table, const line& used, handle key, timestamp at) noexcept {
        if (m_table.load(std::memory_order_acquire) == table.serial())
            [[likely]] {  // then no other thread uses the counts
            auto& [first, second] = m_sets[key.value % sets];
            entry& seen = second.key == key ? second : first;
            if (seen.key == key) [[likely]] {
                ++seen.uses;
                seen.last = at;
                return;
            }
            if (m_leaving + 1 < m_displaced.size()) [[likely]]
                return note_new(first, second, {key, at, 1, static_cast<std::uint32_t>(table.number_of(used))});
        }
        note_otherwise(table, {key, at, 1, static_cast<std::uint32_t>(table.number_of(used))});
    }

    /// After this, the reader does not touch the counts once it has been outside.
    void freeze() noexcept { m_table.store(frozen, std::memory_order_seq_cst); }

    /// Removes the counts and passes each to `take(handle, uses, last)`. By the thread that froze them, once the reader
    /// has been outside.
    template <typename Take>
    void take_all(Take take) {
        for (auto& set : m_sets)
            for (entry& one : set) {
                if (one.uses != 0) take(one.key, one.uses, to_line_seconds(one.last));
                one = {};  // only then: if `take` throws, the count stays
            }
        for (; m_leaving > 0; --m_leaving) {
            const entry& one = m_displaced[m_leaving - 1];
            take(one.key, one.uses, to_line_seconds(one.last));
        }
    }

    /// Returns the counts, which are now empty, to the reader.
    void thaw() noexcept { m_table.store(none, std::memory_order_release); }

private:
    static constexpr std::size_t sets = 256;
    static constexpr std::uint32_t no_line = UINT32_MAX;
    static constexpr std::uint64_t none = 0;  // no table has these serial numbers
    static constexpr std::uint64_t frozen = UINT64_MAX;

    struct entry {
        handle key;
        timestamp last{};
        std::uint32_t uses = 0;
        std::uint32_t number = 0;  ///< of its line; `no_line` if the table has no line of the key any more
    };

    /// The use goes to the table, and the key stays, in case it is used again. There is room for two to leave.
    void note_new(entry& first, entry& second, const entry& used) noexcept {
        m_displaced[m_leaving++] = used;
        if (second.uses != 0) m_displaced[m_leaving++] = second;
        keep(first, second, used);
    }
    static void keep(entry& first, entry& second, const entry& used) noexcept {
        second = first;
        first = used;
        first.uses = 0;
    }

    [[gnu::noinline]] void note_otherwise(const line_table& table, const entry& used) noexcept {
        const std::uint64_t known = m_table.load(std::memory_order_acquire);
        if (known == frozen) return table.add_uses(used.number, 1, to_line_seconds(used.last));
        if (known != table.serial()) {
            renumber(table);
            // A thread that has frozen it meanwhile waits for this reader to leave, and must not find it thawed.
            std::uint64_t expected = known;
            if (!m_table.compare_exchange_strong(expected, table.serial(), std::memory_order_acq_rel))
                return table.add_uses(used.number, 1, to_line_seconds(used.last));
        }
        move_to(table);
        auto& [first, second] = m_sets[used.key.value % sets];
        if (m_leaving + 1 < m_displaced.size()) return note_new(first, second, used);
        // All that would leave are keys that have gone, until the next flush.
        table.add_uses(used.number, 1, to_line_seconds(used.last));
        if (second.uses == 0) keep(first, second, used);
    }

    /// Adds what was displaced to the counts of the table. What has no line there stays, for the next flush.
    void move_to(const line_table& table) noexcept {
        std::size_t left = 0;
        for (std::size_t i = 0; i < m_leaving; ++i) {
            const entry& one = m_displaced[i];
            if (one.number != no_line)
                table.add_uses(one.number, one.uses, to_line_seconds(one.last));
            else
                m_displaced[left++] = one;
        }
        m_leaving = left;
    }

    /// Finds the lines again, in a table that has replaced the previous one.
    void renumber(const line_table& table) noexcept {
        const auto find = [&table](entry& one) {
            if (one.uses == 0) return void(one = {});
            const line* const known = table.find(one.key);
            one.number = known != nullptr ? static_cast<std::uint32_t>(table.number_of(*known)) : no_line;
        };
        for (auto& set : m_sets)
            for (entry& one : set) find(one);
        for (std::size_t i = 0; i < m_leaving; ++i) find(m_displaced[i]);
    }

    std::array<std::array<entry, 2>, sets> m_sets{};
    std::array<entry, 64> m_displaced{};  ///< of which the first `m_leaving` are to move to the table
    std::size_t m_leaving = 0;
    std::atomic<std::uint64_t> m_table{none};  ///< the table that the numbers refer to; or `frozen`
};

}  // namespace shearline::inline v0_1::detail

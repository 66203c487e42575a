// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Which keys one reader has seen used, and how often, until a store is told.
// Depends on mirror/line_table.hpp; never on a store.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <shearline/mirror/line_table.hpp>

namespace shearline::inline v0 {

/// Counts of one reader, written without a lock or an atomic addition: the keys that it sees again and again stay
/// here. A key that has to make room goes to the counts of the table, which all readers share; it waits for that in the
/// second place of its set, while its count is fetched from memory. No use is lost, nobody waits, nothing is allocated.
///
/// Who flushes freezes the counts, and takes them once the reader has been outside (see epochs.hpp); until it lets go
/// of them the reader counts in the table directly.
class use_counts {
public:
    /// One use; by its reader, inside, with the table that it searched.
    void note(const line_table& table, const line& used, handle key, line_seconds at) noexcept {
        const std::size_t number = table.number_of(used);
        entry& first = m_sets[number % sets][0];
        if (!m_frozen.load(std::memory_order_acquire) && first.key == key && m_table == table.serial()) [[likely]] {
            ++first.uses;
            first.last = at;
        } else {
            note_another(table, static_cast<std::uint32_t>(number), key, at);
        }
    }

    /// From now on the reader leaves its counts alone, once it has been outside.
    void freeze() noexcept { m_frozen.store(true, std::memory_order_seq_cst); }

    /// Takes out what is here: `take(handle, uses, last)`. By who froze it, when the reader has been outside.
    template <typename Take>
    void take_all(Take take) {
        for (auto& set : m_sets)
            for (entry& one : set)
                if (const entry taken = std::exchange(one, {}); taken.uses != 0)
                    take(taken.key, taken.uses, taken.last);
    }

    void thaw() noexcept { m_frozen.store(false, std::memory_order_release); }

private:
    static constexpr std::size_t sets = 128;
    static constexpr std::uint32_t no_line = UINT32_MAX;

    struct entry {
        handle key;
        std::uint32_t uses = 0;
        line_seconds last = 0;
        std::uint32_t number = 0;  ///< of its line; `no_line` where the key died, and its line is gone
    };

    [[gnu::noinline]] void note_another(const line_table& table, std::uint32_t number, handle key,
                                        line_seconds at) noexcept {
        if (m_frozen.load(std::memory_order_acquire)) return table.add_uses(number, 1, at);
        if (m_table != table.serial()) renumber(table);
        auto& [first, second] = m_sets[number % sets];
        if (first.key == key) {
            ++first.uses;
            first.last = at;
            return;
        }
        if (first.uses != 0) {
            if (second.uses != 0) {
                if (second.number == no_line) return table.add_uses(number, 1, at);
                table.add_uses(second.number, second.uses, second.last);
            }
            second = first;
            if (second.number != no_line) table.prefetch_uses(second.number);
        }
        first = {key, 1, at, number};
    }

    /// Finds the lines again, in a table that has replaced the one before.
    void renumber(const line_table& table) noexcept {
        for (auto& set : m_sets) {
            for (entry& one : set) {
                if (one.uses == 0) continue;
                const line* const known = table.find(one.key);
                // In another table a line has another place: no key is to be counted in two sets.
                if (known != nullptr) table.add_uses(table.number_of(*known), one.uses, one.last);
                one = known != nullptr ? entry{} : entry{one.key, one.uses, one.last, no_line};
            }
        }
        m_table = table.serial();
    }

    std::array<std::array<entry, 2>, sets> m_sets{};
    std::uint64_t m_table = 0;
    std::atomic<bool> m_frozen{false};
};

}  // namespace shearline::inline v0

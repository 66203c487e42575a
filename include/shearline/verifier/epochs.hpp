// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// When memory that readers may be using can be freed: each reader marks when it is inside, and nobody waits.
// Depends on posix/barrier.hpp; never on what is freed.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include <shearline/posix/barrier.hpp>

namespace shearline::inline v0_1::detail {

/// Epoch-based reclamation. A reader is inside from `enter` to `leave`. A writer unlinks what it wants to free, takes a
/// `mark()`, and frees once `passed()` says that every reader that was inside at that mark has left since. `mark` and
/// `passed` neither allocate nor fail, so nothing can come between the unlinking and its mark.
///
/// Why that is safe: a reader stores that it is inside and then loads the pointer; a writer stores the pointer and then
/// loads what the readers stored. If each saw the other's old value, the writer would free what the reader uses. So
/// each needs a full barrier between its store and its load. On Linux the writer pays for both: `membarrier` executes a
/// barrier on every running thread of the process, and the reader's half is a plain store that only the compiler must
/// not reorder. Elsewhere, and if the call is forbidden, both are sequentially consistent, which costs a reader some
/// nanoseconds. (The pointer itself is loaded and stored with sequential consistency, which on x86 and ARMv8 costs a
/// reader nothing.) `leave` releases and `passed` acquires: what a reader did inside happens before the freeing.
///
/// The call can become forbidden later, when a process enters a sandbox, and can fail if memory runs out. From then on,
/// readers enter with a full barrier of their own. A reader that has not done so yet may be inside without being seen,
/// so it counts as inside for every later moment until it enters again or quits.
///
/// D. Dice, M. Herlihy, A. Kogan, "Fast Non-intrusive Memory Reclamation", SPAA 2016; M. Desnoyers et al., "User-Level
/// Implementations of Read-Copy Update", 2012.
class epochs {
    /// The two lowest bits of a reader's word; the others are the epoch in which it entered.
    static constexpr std::uint64_t inside = 1;
    static constexpr std::uint64_t ordered = 2;  ///< it entered with a full barrier, or has not entered
    static constexpr std::uint64_t one_epoch = 4;

public:
    /// The time at which something was unlinked.
    struct moment {
        std::uint64_t epoch = 0;
        bool had_barrier = false;  ///< whether every thread executed a barrier after the unlinking
    };

    /// The slot of one reader, on its own cache line.
    class alignas(64) slot {
    public:
        explicit slot(const std::atomic<std::uint64_t>& epoch) noexcept : m_epoch{&epoch} {}

        /// Enters; pass the result to `leave`.
        [[nodiscard]] std::uint64_t enter() noexcept {
            // Acquire: a reader that sees an epoch does not find what was unlinked before it.
            const std::uint64_t now = m_epoch->load(std::memory_order_acquire) | inside;
            if (m_barriers_come.load(std::memory_order_relaxed)) {
                m_word.store(now, std::memory_order_relaxed);
                std::atomic_signal_fence(std::memory_order_seq_cst);
                return now;
            }
            m_word.exchange(now | ordered, std::memory_order_seq_cst);
            return now | ordered;
        }
        void leave(std::uint64_t entered) noexcept { m_word.store(entered - inside, std::memory_order_release); }

        [[nodiscard]] bool is_inside() const noexcept { return (m_word.load(std::memory_order_acquire) & inside) != 0; }

        /// Whether this reader cannot be using what was unlinked at that moment.
        [[nodiscard]] bool has_passed(const moment& since) const noexcept {
            const std::uint64_t word = m_word.load(std::memory_order_seq_cst);
            if (!since.had_barrier && (word & ordered) == 0) return false;
            return (word & inside) == 0 || word >= since.epoch;
        }

    private:
        friend epochs;
        const std::atomic<std::uint64_t>* m_epoch;
        std::atomic<std::uint64_t> m_word{ordered};
        std::atomic<bool> m_barriers_come{false};
        bool m_taken = false;
    };

    epochs() = default;
    epochs(const epochs&) = delete;
    epochs& operator=(const epochs&) = delete;

    /// A slot for one thread. O(readers).
    [[nodiscard]] slot& join() {
        const std::scoped_lock lock{m_mutex};
        slot& place = free_slot();
        place.m_taken = true;
        place.m_barriers_come.store(m_barriers_come, std::memory_order_relaxed);
        if (m_barriers_come) place.m_word.store(0, std::memory_order_relaxed);
        return place;
    }

    /// Returns a slot, while its reader is outside.
    void quit(slot& place) noexcept {
        const std::scoped_lock lock{m_mutex};
        place.m_word.store(ordered, std::memory_order_release);
        place.m_taken = false;
    }

    /// The current moment: what was unlinked before it may be freed once it has passed. O(readers) at most; one system
    /// call.
    [[nodiscard]] moment mark() noexcept {
        const std::scoped_lock lock{m_mutex};
        const std::uint64_t now = m_epoch.fetch_add(one_epoch, std::memory_order_seq_cst) + one_epoch;
        if (m_barriers_come && !put_barriers()) {
            m_barriers_come = false;
            for (slot& one : m_slots) one.m_barriers_come.store(false, std::memory_order_relaxed);
        }
        return {now, m_barriers_come};
    }

    /// Whether no reader can be using what was unlinked at that moment. O(readers). Never waits for one.
    [[nodiscard]] bool passed(const moment& since) const noexcept {
        const std::scoped_lock lock{m_mutex};
        for (const slot& one : m_slots)
            if (!one.has_passed(since)) return false;
        return true;
    }

private:
    slot& free_slot() {
        for (slot& one : m_slots)
            if (!one.m_taken) return one;
        return m_slots.emplace_back(m_epoch);
    }

    alignas(64) std::atomic<std::uint64_t> m_epoch{one_epoch};
    alignas(64) mutable std::mutex m_mutex;
    bool m_barriers_come = may_put_barriers();
    std::deque<slot> m_slots;  // a deque does not move its elements
};

}  // namespace shearline::inline v0_1::detail

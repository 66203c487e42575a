// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// When what readers may still be using can be freed: each reader says when it is inside, and nobody waits.
// Depends on std and, on Linux, on membarrier(2); never on what is freed.
#pragma once

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace shearline::inline v0 {

/// Epoch-based reclamation. A reader is inside from `enter` to `leave`. A writer unlinks what it wants to free, takes
/// a `mark()`, and frees once `passed()` says that everybody who was inside then has left since.
///
/// Why that is safe: a reader counts itself in, and then loads the pointer; a writer changes the pointer, and then
/// reads the counts. Were both to see the old value of the other, the writer would free what the reader uses. One of
/// them must not be reordered, so each pair needs a full barrier between its store and its load. On Linux the writer
/// pays for both: `membarrier` puts a barrier into every running thread of the process, and the reader's half is a
/// plain store that only the compiler must leave in place. Elsewhere, and where the call is forbidden, both are
/// sequentially consistent, which costs a reader some nanoseconds. (The pointer itself is loaded and stored
/// sequentially consistent, which on x86 and ARMv8 costs a reader nothing.) `leave` releases and `passed` acquires:
/// what a reader did inside happens before the freeing.
///
/// D. Dice, M. Herlihy, A. Kogan, "Fast Non-intrusive Memory Reclamation", SPAA 2016; M. Desnoyers et al.,
/// "User-Level Implementations of Read-Copy Update", 2012.
class epochs {
public:
    /// The place of one reader, on a cache line of its own. Odd: inside.
    class alignas(64) slot {
    public:
        /// What `leave` asks for.
        [[nodiscard]] std::uint64_t enter() noexcept {
            const std::uint64_t next = m_count.load(std::memory_order_relaxed) + 1;
            if (m_barriers_come) {
                m_count.store(next, std::memory_order_relaxed);
                std::atomic_signal_fence(std::memory_order_seq_cst);
            } else {
                m_count.exchange(next, std::memory_order_seq_cst);
            }
            return next;
        }
        void leave(std::uint64_t entered) noexcept { m_count.store(entered + 1, std::memory_order_release); }

    private:
        friend epochs;
        std::atomic<std::uint64_t> m_count{0};
        bool m_barriers_come = false;
        bool m_taken = false;
    };

    /// Who was inside at some moment.
    struct moment {
        std::vector<std::pair<const slot*, std::uint64_t>> inside;
    };

    epochs() = default;
    epochs(const epochs&) = delete;
    epochs& operator=(const epochs&) = delete;

    /// A place for one thread. O(readers).
    [[nodiscard]] slot& join() {
        const std::scoped_lock lock{m_mutex};
        for (slot& one : m_slots) {
            if (one.m_taken) continue;
            one.m_taken = true;
            return one;
        }
        slot& fresh = m_slots.emplace_back();
        fresh.m_barriers_come = m_barriers_come;
        fresh.m_taken = true;
        return fresh;
    }

    /// Gives a place back, from outside.
    void quit(slot& place) noexcept {
        const std::scoped_lock lock{m_mutex};
        place.m_taken = false;
    }

    /// Those who are inside now, and so may be using what was unlinked before. O(readers); one system call.
    [[nodiscard]] moment mark() const {
#ifdef __linux__
        if (m_barriers_come) (void)::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
#endif
        const std::scoped_lock lock{m_mutex};
        moment now;
        for (const slot& one : m_slots) {
            const std::uint64_t count = one.m_count.load(std::memory_order_seq_cst);
            if (count % 2 == 1) now.inside.emplace_back(&one, count);
        }
        return now;
    }

    /// Whether all of them have left since. Never waits.
    [[nodiscard]] static bool passed(moment& since) {
        std::erase_if(since.inside,
                      [](const auto& one) { return one.first->m_count.load(std::memory_order_acquire) != one.second; });
        return since.inside.empty();
    }

private:
    static bool have_barriers() noexcept {
#ifdef __linux__
        return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
        return false;
#endif
    }

    bool m_barriers_come = have_barriers();
    mutable std::mutex m_mutex;
    std::deque<slot> m_slots;  // where a slot is, it stays
};

}  // namespace shearline::inline v0

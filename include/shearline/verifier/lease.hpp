// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How long a mirror is trusted without an answer from its store.
// Depends on posix/fork_wiped.hpp; never on a store.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <utility>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/posix/fork_wiped.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1::detail {

/// A clock of the system that does not go back. No system call on Linux (5.3 or later); thread-safe.
template <::clockid_t Id>
struct monotonic_clock {
    [[nodiscard]] static std::chrono::nanoseconds now() noexcept {
        std::timespec at{};
        ::clock_gettime(Id, &at);
        return std::chrono::nanoseconds{std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec};
    }
};

#ifdef __linux__
/// Counts while the machine is suspended, too.
using exact_clock = monotonic_clock<CLOCK_BOOTTIME>;
/// The time of the last timer tick, which is much cheaper to read. There is no limit to how late a tick can be: on a
/// virtual machine, its host may not have run the processor that makes them.
using tick_clock = monotonic_clock<CLOCK_MONOTONIC_COARSE>;
#else
using exact_clock = monotonic_clock<CLOCK_MONOTONIC>;
using tick_clock = exact_clock;
#endif

/// The time until which a mirror is trusted. Renewed by each answer of the store, counted from before the question. It
/// has ended in every child made by `fork`, which must get its own.
template <typename Clock>
class lease {
public:
    /// A question to the store: when it was asked, and how many there were until then.
    struct question {
        std::chrono::nanoseconds at;
        std::uint64_t number;
    };

    /// A lease that does not hold yet. `unavailable` if the system gives no memory for it.
    [[nodiscard]] static result<lease> make(std::chrono::nanoseconds length) {
        auto made = fork_wiped<state>::make([] { return state{}; });
        if (!made) return std::move(made).error();
        return lease{length, *std::move(made)};
    }

    [[nodiscard]] bool holds() const noexcept {
        const std::chrono::nanoseconds now = Clock::now();
        return now.count() < m_state.reveal(unsafe_reveal).end.load(std::memory_order_seq_cst);
    }

    /// Call it before the store is asked, and `renew` once it has answered. By one thread at a time.
    [[nodiscard]] question ask() noexcept {
        return {Clock::now(), m_state.reveal(unsafe_reveal).asked.fetch_add(1, std::memory_order_seq_cst) + 1};
    }
    void renew(const question& asked) noexcept {
        state& now = m_state.reveal(unsafe_reveal);
        now.end.store((asked.at + m_length).count(), std::memory_order_release);
        now.answered.store(asked.number, std::memory_order_release);
    }

    /// How many questions there were. By any thread.
    [[nodiscard]] std::uint64_t asked() const noexcept {
        return m_state.reveal(unsafe_reveal).asked.load(std::memory_order_seq_cst);
    }
    /// Whether one that was asked after so many was answered, and the lease still holds: what the store had
    /// acknowledged before `asked()` gave that number is in the answer.
    [[nodiscard]] bool was_answered_after(std::uint64_t so_many) const noexcept {
        return m_state.reveal(unsafe_reveal).answered.load(std::memory_order_acquire) > so_many && holds();
    }

    /// Ends the lease, before a writer checks which readers are inside. (Sequentially consistent, as `holds` is: see
    /// epochs.hpp.)
    void end() noexcept { m_state.reveal(unsafe_reveal).end.store(0, std::memory_order_seq_cst); }

    /// Whether this process made the lease.
    [[nodiscard]] bool is_ours() const noexcept { return m_state.is_ours(); }

private:
    struct state {
        std::atomic<std::int64_t> end{0};
        std::atomic<std::uint64_t> asked{0};
        std::atomic<std::uint64_t> answered{0};
    };

    lease(std::chrono::nanoseconds length, fork_wiped<state> made) noexcept
        : m_length{length}, m_state{std::move(made)} {}

    std::chrono::nanoseconds m_length;
    fork_wiped<state> m_state;
};

}  // namespace shearline::inline v0_1::detail

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

/// A monotonic clock. On Linux the time of the last timer tick: some milliseconds coarse, and cheap to read; elsewhere
/// the steady clock. No system call; thread-safe.
struct lease_clock {
    using moment = std::chrono::nanoseconds;

    [[nodiscard]] static moment now() noexcept {
#ifdef CLOCK_MONOTONIC_COARSE
        std::timespec at{};
        ::clock_gettime(CLOCK_MONOTONIC_COARSE, &at);
        return std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec};
#else
        return std::chrono::steady_clock::now().time_since_epoch();
#endif
    }

    /// By how much `now` can be behind.
    [[nodiscard]] static moment tick() noexcept {
#ifdef CLOCK_MONOTONIC_COARSE
        std::timespec of{};
        ::clock_getres(CLOCK_MONOTONIC_COARSE, &of);
        return std::chrono::seconds{of.tv_sec} + std::chrono::nanoseconds{of.tv_nsec};
#else
        return {};
#endif
    }
};

/// The time until which a mirror is trusted. Renewed by each answer of the store, counted from before the question. It
/// has ended in every child made by `fork`, which must get its own.
class lease {
public:
    /// A lease that does not hold yet. `unavailable` if the system gives no memory for it.
    [[nodiscard]] static result<lease> make(std::chrono::nanoseconds length) {
        auto end = fork_wiped<std::atomic<std::int64_t>>::make([] { return std::atomic<std::int64_t>{0}; });
        if (!end) return std::move(end).error();
        return lease{length, *std::move(end)};
    }

    [[nodiscard]] bool holds(lease_clock::moment now) const noexcept {
        return now.count() < m_end.reveal(unsafe_reveal).load(std::memory_order_seq_cst);
    }
    void renew(lease_clock::moment asked) noexcept {
        m_end.reveal(unsafe_reveal).store((asked + m_length).count(), std::memory_order_release);
    }

    /// Ends the lease, before a writer checks which readers are inside. (Sequentially consistent, as `holds` is: see
    /// epochs.hpp.)
    void end() noexcept { m_end.reveal(unsafe_reveal).store(0, std::memory_order_seq_cst); }

    /// Whether this process made the lease.
    [[nodiscard]] bool is_ours() const noexcept { return m_end.is_ours(); }

private:
    lease(std::chrono::nanoseconds length, fork_wiped<std::atomic<std::int64_t>> end) noexcept
        : m_length{length}, m_end{std::move(end)} {}

    std::chrono::nanoseconds m_length;
    fork_wiped<std::atomic<std::int64_t>> m_end;
};

}  // namespace shearline::inline v0_1::detail

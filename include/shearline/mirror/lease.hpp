// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For how long a mirror may be trusted without hearing from its store.
// Depends on std; never on a store.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace shearline::inline v0 {

/// A clock that only goes forward, as of the last timer tick: some milliseconds coarse on Linux and cheap to read; the
/// steady clock elsewhere. No system call; thread-safe.
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
};

/// The end of the trust. It is renewed whenever the store has answered, counting from before it was asked.
class lease {
public:
    explicit lease(std::chrono::milliseconds length) noexcept : m_length{length} {}

    [[nodiscard]] bool holds(lease_clock::moment now) const noexcept {
        return now.count() < m_end.load(std::memory_order_acquire);
    }
    void renew(lease_clock::moment asked) noexcept {
        m_end.store((asked + m_length).count(), std::memory_order_release);
    }

private:
    std::chrono::nanoseconds m_length;
    std::atomic<std::int64_t> m_end{0};
};

}  // namespace shearline::inline v0

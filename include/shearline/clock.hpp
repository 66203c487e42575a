// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Clocks: the system's, a coarse one that is cheaper to read, and one that a test moves by hand.
// Depends on chrono.hpp; never on a key.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <memory>

#include <shearline/chrono.hpp>
#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A point in time: milliseconds since 1970-01-01T00:00:00Z (POSIX time, without leap seconds). Every store keeps this.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// The milliseconds since the epoch, as stores write them. O(1); thread-safe.
[[nodiscard]] constexpr std::int64_t to_unix_ms(timestamp at) noexcept { return at.time_since_epoch().count(); }

/// The inverse of `to_unix_ms`; every number is valid. O(1); thread-safe.
[[nodiscard]] constexpr timestamp from_unix_ms(std::int64_t ms) noexcept {
    return timestamp{std::chrono::milliseconds{ms}};
}

/// The millisecond that a moment of any resolution lies in: `std::chrono::system_clock::now()` counts nanoseconds.
template <typename Duration>
[[nodiscard]] constexpr timestamp to_timestamp(std::chrono::sys_time<Duration> at) noexcept {
    return std::chrono::floor<std::chrono::milliseconds>(at);
}

/// The system's wall clock. Thread-safe; one clock read.
struct system_clock {
    [[nodiscard]] timestamp now() const noexcept { return to_timestamp(std::chrono::system_clock::now()); }
};

/// The moment so long from now, for an expiry: `from_now(std::chrono::hours{24})`. Where that is past the end of time
/// it is the end of time, and never the past. Thread-safe; one clock read.
[[nodiscard]] inline timestamp from_now(std::chrono::milliseconds wait) noexcept {
    const timestamp now = system_clock{}.now();
    return wait > timestamp::max() - now ? timestamp::max() : now + wait;
}

/// The wall clock as of the last timer tick: on Linux up to one tick (1 to 10 ms) old, and cheaper to read; elsewhere
/// the system's clock. Thread-safe.
struct coarse_clock {
    [[nodiscard]] timestamp now() const noexcept {
#ifdef CLOCK_REALTIME_COARSE
        std::timespec at{};
        ::clock_gettime(CLOCK_REALTIME_COARSE, &at);
        return from_unix_ms(static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000);
#else
        return system_clock{}.now();
#endif
    }
};

/// A clock that stands still until `set` or `advance` moves it, forward or back: for tests and simulations. Copies
/// share one time. Thread-safe; each member is one atomic operation.
class manual_clock {
public:
    explicit manual_clock(timestamp start) : m_ms{std::make_shared<std::atomic<std::int64_t>>(to_unix_ms(start))} {}

    [[nodiscard]] timestamp now() const noexcept { return from_unix_ms(m_ms->load(std::memory_order_acquire)); }
    void set(timestamp at) noexcept { m_ms->store(to_unix_ms(at), std::memory_order_release); }
    void advance(std::chrono::milliseconds by) noexcept { m_ms->fetch_add(by.count(), std::memory_order_acq_rel); }

private:
    std::shared_ptr<std::atomic<std::int64_t>> m_ms;
};

}  // namespace shearline::inline v0_1

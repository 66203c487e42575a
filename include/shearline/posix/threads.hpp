// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a thread does while it waits, and how many can run at once. (<thread> would bring std::stop_token along.)
// Depends on chrono.hpp and POSIX; never on what is waited for.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <sched.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <ctime>

#include <shearline/chrono.hpp>

namespace shearline::inline v0_1::detail {

/// Lets another thread run.
inline void yield() noexcept { (void)::sched_yield(); }

/// Sleeps for at least so long, unless a signal ends it earlier.
inline void sleep_for(std::chrono::nanoseconds time) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    if (time.count() <= 0) return;
    const std::timespec wanted{static_cast<std::time_t>(time.count() / second),
                               static_cast<long>(time.count() % second)};
    (void)::nanosleep(&wanted, nullptr);
}

/// The number of processors of this machine; 1 if the system does not say.
[[nodiscard]] inline std::size_t processors() noexcept {
    const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? static_cast<std::size_t>(count) : 1;
}

}  // namespace shearline::inline v0_1::detail

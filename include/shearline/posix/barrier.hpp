// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A memory barrier in every running thread of the process, from outside: membarrier(2) on Linux, and nothing elsewhere.
// Depends on POSIX; never on what the barrier is for.
#pragma once

#include <shearline/posix/requirements.hpp>

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace shearline::inline v0_1::detail {

/// Whether this process may call `put_barriers`. To be asked once, before its first call.
[[nodiscard]] inline bool may_put_barriers() noexcept {
#ifdef __linux__
    return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

/// Puts a full barrier into every thread of this process that runs now. One system call. False where there is none of
/// its kind, where it is forbidden (a sandbox), and for a lack of memory.
[[nodiscard]] inline bool put_barriers() noexcept {
#ifdef __linux__
    return ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

}  // namespace shearline::inline v0_1::detail

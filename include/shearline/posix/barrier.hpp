// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A memory barrier in every running thread of the process: membarrier(2) on Linux, nothing elsewhere.
// Depends on POSIX; never on what the barrier is for.
#pragma once

#include <shearline/posix/requirements.hpp>

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace shearline::inline v0_1::detail {

/// Whether this process may call `put_barriers`. Call it once, before the first `put_barriers`.
[[nodiscard]] inline bool may_put_barriers() noexcept {
#ifdef __linux__
    return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

/// Executes a full barrier on every running thread of this process. One system call. False if the system has no such
/// call, if it is forbidden (a sandbox), or if memory runs out.
[[nodiscard]] inline bool put_barriers() noexcept {
#ifdef __linux__
    return ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The wish of a person, or of a supervisor, that the process ends: SIGINT and SIGTERM.
// Depends on POSIX signals; never on what is to be stopped.
#pragma once

#include <chrono>

namespace legacy_sync {

/// Thrown out of whatever waits, once a stop was asked for. Not an error.
struct stopped {};

/// From now on SIGINT and SIGTERM ask for a stop, and a write to a closed pipe is an error instead of a death.
void listen_for_stop();

[[nodiscard]] bool stop_asked() noexcept;

/// Waits so long; throws `stopped` within a twentieth of a second once a stop was asked for.
void wait_for(std::chrono::milliseconds time);

}  // namespace legacy_sync

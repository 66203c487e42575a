// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The process: its exit statuses, stop signals, and output for the user.
// Depends on std and POSIX; never on the sync.
#pragma once

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace legacy_sync {

/// The exit status. The numbers are documented and do not change.
enum class exit_status : int {
    success = 0,      ///< the CRM has every row
    other = 1,        ///< a file that cannot be read or written, or an interruption
    usage = 2,        ///< the command line or the mapping is wrong; nothing was done
    partial = 3,      ///< done, but some rows could not be sent, or fields are in conflict: see the report
    refused = 4,      ///< the CRM, or a check before sending, refused the key
    unreachable = 5,  ///< the CRM did not answer for too long, or something else answered
};

/// Ends the run with a status and one line that says what was wrong and what to do.
class failure : public std::runtime_error {
public:
    failure(exit_status status, const std::string& line) : std::runtime_error{line}, m_status{status} {}
    [[nodiscard]] exit_status status() const noexcept { return m_status; }

private:
    exit_status m_status;
};

/// The key gives no access to the CRM. Ends a single run; while watching, the sync waits for a new key.
class key_refused : public failure {
public:
    explicit key_refused(const std::string& line) : failure{exit_status::refused, line} {}
};

/// The source cannot be read at the moment. Ends a single run; while watching, the next attempt may succeed.
class source_busy : public failure {
public:
    explicit source_busy(const std::string& line) : failure{exit_status::other, line} {}
};

/// Thrown by functions that wait, once a stop was requested. Not an error.
struct stopped {};

/// From now on SIGINT and SIGTERM request a stop, and a write to a closed pipe returns an error instead of killing the
/// process.
void listen_for_stop();

[[nodiscard]] bool stop_asked() noexcept;

/// Waits for this time; throws `stopped` within 50 ms once a stop was requested.
void wait_for(std::chrono::milliseconds time);

/// Results go to standard output, one line each; notes and progress go to standard error. Not thread-safe.
class teller {
public:
    teller();
    teller(const teller&) = delete;
    teller& operator=(const teller&) = delete;
    ~teller() { clear(); }

    /// A result.
    void result(const std::string& line);
    /// A note during the run.
    void note(const std::string& line);
    /// The progress of a long pass: a bar on a terminal, otherwise a line every few seconds. `total` may be an
    /// estimate.
    void progress(std::size_t done, std::size_t total);

private:
    void clear();

    bool m_terminal;
    bool m_bar_shown = false;
    std::chrono::steady_clock::time_point m_last{std::chrono::steady_clock::now()};
};

}  // namespace legacy_sync

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The process: how it ends, how it is asked to, and what the person at it sees.
// Depends on std and POSIX; never on what it does.
#pragma once

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace legacy_sync {

/// What the process says to its caller. The numbers are documented and do not change.
enum class exit_status : int {
    success = 0,      ///< the CRM has every row
    other = 1,        ///< a file that cannot be read or written, or an interruption
    usage = 2,        ///< the command line or the mapping is wrong; nothing was done
    partial = 3,      ///< done, but some rows could not be sent: the report names them
    refused = 4,      ///< the CRM, or a check of our own, refused the key
    unreachable = 5,  ///< the CRM did not answer for too long, or something else answered
};

/// Ends the run with a status and one clear line, which says what was wrong and what to do.
class failure : public std::runtime_error {
public:
    failure(exit_status status, const std::string& line) : std::runtime_error{line}, m_status{status} {}
    [[nodiscard]] exit_status status() const noexcept { return m_status; }

private:
    exit_status m_status;
};

/// The key does not open the CRM. Ends a single run; while watching, a new key mends it.
class key_refused : public failure {
public:
    explicit key_refused(const std::string& line) : failure{exit_status::refused, line} {}
};

/// The source cannot be read at this moment. Ends a single run; while watching, the next look may succeed.
class source_busy : public failure {
public:
    explicit source_busy(const std::string& line) : failure{exit_status::other, line} {}
};

/// Thrown out of whatever waits, once a stop was asked for. Not an error.
struct stopped {};

/// From now on SIGINT and SIGTERM ask for a stop, and a write to a closed pipe is an error instead of a death.
void listen_for_stop();

[[nodiscard]] bool stop_asked() noexcept;

/// Waits so long; throws `stopped` within a twentieth of a second once a stop was asked for.
void wait_for(std::chrono::milliseconds time);

/// Results go to standard output, a line each; what goes on meanwhile goes to standard error. Not thread-safe.
class teller {
public:
    teller();
    teller(const teller&) = delete;
    teller& operator=(const teller&) = delete;
    ~teller() { clear(); }

    /// A result.
    void result(const std::string& line);
    /// Something to know meanwhile.
    void note(const std::string& line);
    /// How far a long pass is; a bar on a terminal, else a line now and then. `total` may be a guess.
    void progress(std::size_t done, std::size_t total);

private:
    void clear();

    bool m_terminal;
    bool m_bar_shown = false;
    std::chrono::steady_clock::time_point m_last{std::chrono::steady_clock::now()};
};

}  // namespace legacy_sync

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How a run ends: the exit statuses, and the exceptions that end it early.
// Depends on std; never on what the run does.
#pragma once

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

}  // namespace legacy_sync

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Other processes: this program again, doing one thing. Never a plain fork: SQLite's state must not cross one.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace support {

/// A child that runs `run_child(arguments)`, and what it prints.
class child_process {
public:
    explicit child_process(const std::vector<std::string>& arguments);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    /// Ends it where it stands.
    void kill();
    /// Reads until it has printed a line, or ended; empty then.
    std::string line();
    /// All that it prints until it ends.
    std::string output();
    /// Waits for its end: its exit status, or 128 and its signal.
    int status();

private:
    ::pid_t m_pid = -1;
    int m_pipe = -1;
    int m_status = -1;
};

/// What a child does; the first argument says what. Exit status 0 where it succeeded; errors are printed.
int run_child(const std::vector<std::string>& arguments);

}  // namespace support

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Other processes: this program, started again for one task. Never a plain fork, which SQLite's state must not cross.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace support {

/// A child that runs `run_child(arguments)`, and its output.
class child_process {
public:
    explicit child_process(const std::vector<std::string>& arguments);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    /// Kills it immediately.
    void kill();
    /// Reads until it has printed a line, or ended; empty then.
    std::string line();
    /// Everything that it prints until it ends.
    std::string output();
    /// Waits for its end: its exit status, or 128 and its signal.
    int status();

private:
    ::pid_t m_pid = -1;
    int m_pipe = -1;
    int m_status = -1;
};

/// The task of a child, named by the first argument. Exit status 0 if it succeeded; prints errors.
int run_child(const std::vector<std::string>& arguments);

}  // namespace support

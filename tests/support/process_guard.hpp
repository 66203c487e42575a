// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Servers as processes of a test: each in a temporary folder, with its descendants, and ended with the test however the
// test ends.
// Depends on std and POSIX of Linux; never on tested code.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace support {

class process_guard;

/// A temporary folder and one server at a time that runs in it, which is never root: if the test is, the server runs as
/// the user `postgres`, who then owns the folder. Every failure is a std::runtime_error. A member may be called by any
/// thread, one at a time.
///
/// A process beside the test, its guard, is the parent of all servers. When the test ends, also by a signal, the guard
/// ends every server with its descendants and removes their folders.
class guarded_process {
public:
    /// Only makes the folder: in /dev/shm if that can be written to, where a sync costs nothing, or else in TMPDIR.
    explicit guarded_process(const std::string& kind);
    guarded_process(guarded_process&& other) noexcept;
    guarded_process& operator=(guarded_process&&) = delete;
    ~guarded_process();

    /// Without a slash at the end.
    [[nodiscard]] const std::string& folder() const { return m_folder; }
    /// What the server wrote last, to standard output and to standard error.
    [[nodiscard]] std::string end_of_log() const;
    [[nodiscard]] std::string content(const std::string& name) const;
    /// Writes a file of the folder, which belongs to the user of the server.
    void write(const std::string& name, const std::string& content) const;

    /// Starts the program, in the folder, without the environment of the test.
    void start(const std::vector<std::string>& command);
    /// Starts a program, and waits until it has ended; fails if its status is not 0.
    void run(const std::vector<std::string>& command);
    /// Of the latest program.
    [[nodiscard]] ::pid_t pid() const { return m_pid; }
    /// How the program ended, as waitpid says it; nothing while it runs.
    [[nodiscard]] std::optional<int> ended() const;
    /// Sends a signal to the program alone.
    void signal(int number) const;
    /// SIGKILL to the program and all its descendants; returns when none of them is left.
    void kill() const;
    /// SIGSTOP to the program and all its descendants; returns when all of them are stopped.
    void pause() const;
    /// SIGCONT to the same.
    void resume() const;

private:
    std::shared_ptr<process_guard> m_guard;
    int m_job = -1;
    std::string m_folder;
    ::pid_t m_pid = -1;
};

/// A TCP port of 127.0.0.1 that nothing else takes while this object exists, but on which a server can listen, again
/// and again, if it sets SO_REUSEADDR as servers do.
class reserved_port {
public:
    reserved_port();
    reserved_port(reserved_port&& other) noexcept;
    reserved_port& operator=(reserved_port&&) = delete;
    ~reserved_port();

    [[nodiscard]] int number() const { return m_number; }

private:
    int m_socket = -1;
    int m_number = 0;
};

/// The text of the latest error of the system, behind what failed.
[[nodiscard]] std::string system_failure(const std::string& what);

}  // namespace support

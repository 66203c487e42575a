// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A child process that says lines to its parent, and waits for it.
// Depends on std and POSIX; never on a store.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fleet {

/// What a child has of its parent.
class parent_end {
public:
    parent_end(int to, int from) noexcept : m_to{to}, m_from{from} {}

    void say(std::string_view line) const { send(std::string{line} + "\n"); }
    /// Bytes of any kind; nothing may be said as a line after them.
    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ::ssize_t sent = ::write(m_to, bytes.data(), bytes.size());
            if (sent < 0 && errno == EINTR) continue;
            if (sent <= 0) ::_exit(1);
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Waits until the parent calls `tell`; false once it has ended, or called `hang_up`.
    [[nodiscard]] bool hears() const {
        char byte = 0;
        ::ssize_t got = 0;
        do {
            got = ::read(m_from, &byte, 1);
        } while (got < 0 && errno == EINTR);
        return got == 1;
    }
    /// The same; ends without a parent.
    void wait() const {
        if (!hears()) ::_exit(1);
    }
    /// Whether the parent has called `tell`.
    [[nodiscard]] bool was_told() const {
        ::pollfd waiting{m_from, POLLIN, 0};
        return ::poll(&waiting, 1, 0) != 0;
    }

private:
    int m_to;
    int m_from;
};

/// A fork that runs `body(const parent_end&)`, and has no other file of its parent open: a connection that is cut here
/// must not stay open there. The destructor kills it.
class process {
public:
    template <typename Body>
    explicit process(Body body) {
        int up[2];
        int down[2];
        if (::pipe2(up, O_CLOEXEC) != 0 || ::pipe2(down, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
        m_pid = ::fork();
        if (m_pid < 0) throw std::runtime_error{"no process"};
        if (m_pid == 0) {
            const int to = ::dup2(up[1], 1000);
            const int from = ::dup2(down[0], 1001);
            ::close_range(3, 999, 0);
            ::close_range(1002, ~0U, 0);
            try {
                body(parent_end{to, from});
                ::_exit(0);
            } catch (const std::exception& why) {
                std::fprintf(stderr, "fleet: a process ended: %s\n", why.what());
                ::_exit(1);
            }
        }
        ::close(up[1]);
        ::close(down[0]);
        m_from = up[0];
        m_to = down[1];
    }
    process(process&& other) noexcept
        : m_pid{std::exchange(other.m_pid, -1)},
          m_from{std::exchange(other.m_from, -1)},
          m_to{std::exchange(other.m_to, -1)},
          m_said{std::move(other.m_said)} {}
    process& operator=(process&&) = delete;
    ~process() {
        if (m_pid > 0) {
            signal(SIGKILL);
            (void)end();
        }
        if (m_from >= 0) ::close(m_from);
        if (m_to >= 0) ::close(m_to);
    }

    [[nodiscard]] ::pid_t pid() const noexcept { return m_pid; }
    void signal(int number) const noexcept {
        if (m_pid > 0) ::kill(m_pid, number);
    }
    void tell() const {
        if (::write(m_to, "g", 1) != 1) throw std::runtime_error{"a process does not listen"};
    }
    /// Nothing is told any more.
    void hang_up() {
        if (m_to >= 0) ::close(std::exchange(m_to, -1));
    }
    /// The next line; nothing if it has ended, or says nothing for a minute.
    [[nodiscard]] std::optional<std::string> line() {
        std::size_t end = 0;
        while ((end = m_said.find('\n')) == std::string::npos)
            if (!read_some()) return std::nullopt;
        std::string found = m_said.substr(0, end);
        m_said.erase(0, end + 1);
        return found;
    }
    /// All that it says until it ends.
    [[nodiscard]] std::string rest() {
        while (read_some()) {
        }
        return std::exchange(m_said, {});
    }
    /// Waits for its end: the exit status, or 1000 and the signal that ended it.
    int end() {
        int status = 0;
        if (::waitpid(std::exchange(m_pid, -1), &status, 0) < 0) return -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    }

private:
    bool read_some() {
        std::array<char, 65'536> some{};
        ::pollfd waiting{m_from, POLLIN, 0};
        if (::poll(&waiting, 1, 60'000) <= 0) return false;
        const ::ssize_t got = ::read(m_from, some.data(), some.size());
        if (got > 0) m_said.append(some.data(), static_cast<std::size_t>(got));
        return got > 0;
    }

    ::pid_t m_pid = -1;
    int m_from = -1;
    int m_to = -1;
    std::string m_said;
};

}  // namespace fleet

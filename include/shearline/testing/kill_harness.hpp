// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Kills a child process in the middle of its work, and returns what it had reported until then.
// Depends on POSIX; never on a store.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace shearline::inline v0_1::testing {

/// Runs `body(say)` in a child process, in which `say(line)` writes a line to this process at once. Kills the child
/// (SIGKILL) the given time after its first line, and returns its complete lines. If the body returns, the child ends.
/// Returns no lines if no child could be made.
///
/// The child is a fork: let the body open its own store, and have none open here meanwhile. A kill loses nothing that
/// the system has taken; for power cuts use `power_loss_vfs`.
///
/// Example:
///     const auto lines = shearline::testing::run_and_kill(std::chrono::milliseconds{5}, [](auto say) {
///         for (int change = 0;; ++change) say("acknowledged " + std::to_string(change));
///     });
///     const bool has_begun = !lines.empty() && lines.front() == "acknowledged 0";
template <typename Body>
[[nodiscard]] std::vector<std::string> run_and_kill(std::chrono::microseconds after_first_line, Body body) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        body([to = ends[1]](std::string_view line) {
            std::string text{line};
            text += '\n';
            if (::write(to, text.data(), text.size()) < 0) ::_exit(1);
        });
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    const auto read_some = [&] {
        char some[4096];
        const ::ssize_t got = ::read(ends[0], some, sizeof(some));
        if (got > 0) said.append(some, static_cast<std::size_t>(got));
        return got > 0;
    };
    while (said.find('\n') == std::string::npos && read_some()) {
    }
    std::this_thread::sleep_for(after_first_line);
    if (child > 0) ::kill(child, SIGKILL);
    while (read_some()) {
    }
    ::close(ends[0]);
    int status = 0;
    if (child > 0) ::waitpid(child, &status, 0);

    std::vector<std::string> lines;
    for (std::size_t at = 0, end = 0; (end = said.find('\n', at)) != std::string::npos; at = end + 1)
        lines.push_back(said.substr(at, end - at));
    return lines;
}

}  // namespace shearline::inline v0_1::testing

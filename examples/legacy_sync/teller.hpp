// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the person sees: lines, and on a terminal a progress bar below them.
// Depends on std and POSIX; never on what is told.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace legacy_sync {

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

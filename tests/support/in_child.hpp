// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Runs part of a test in another process: with other limits, to test a fork, or because it must end by abort.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace support {

// In a build that measures coverage. NOLINTBEGIN(*-reserved-identifier,*-dcl51-cpp)
extern "C" void __llvm_profile_set_filename(const char* name) __attribute__((weak));
extern "C" int __llvm_profile_write_file() __attribute__((weak));
// NOLINTEND(*-reserved-identifier,*-dcl51-cpp)

/// Sets a soft limit of this process, which can be raised again; at most the hard limit.
inline bool set_limit(decltype(RLIMIT_AS) of, ::rlim_t soft) {
    ::rlimit limit{};
    if (::getrlimit(of, &limit) != 0) return false;
    limit.rlim_cur = std::min(soft, limit.rlim_max);
    return ::setrlimit(of, &limit) == 0;
}

/// Writes the coverage counters, which `_exit` does not write, into a file of this process, whatever limits a test set.
inline void write_coverage() {
    if (__llvm_profile_write_file == nullptr) return;
    set_limit(RLIMIT_FSIZE, RLIM_INFINITY);
    set_limit(RLIMIT_AS, RLIM_INFINITY);
    const char* const pattern = std::getenv("LLVM_PROFILE_FILE");
    const std::filesystem::path folder = std::filesystem::path{pattern == nullptr ? "" : pattern}.parent_path();
    __llvm_profile_set_filename((folder / ("child-" + std::to_string(::getpid()) + ".profraw")).c_str());
    __llvm_profile_write_file();
}

/// Starts a child process that runs `body() -> int` and ends with that status.
template <typename Body>
::pid_t start_child(Body body) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        for (const int fatal : {SIGSEGV, SIGBUS, SIGABRT}) std::signal(fatal, SIG_DFL);  // Boost.Test catches them
        if (__llvm_profile_write_file != nullptr) {
            std::signal(SIGABRT, [](int) {
                write_coverage();
                std::signal(SIGABRT, SIG_DFL);
            });  // and `abort` goes on
        }
        const int status = body();
        write_coverage();
        ::_exit(status);
    }
    return child;
}

/// Waits for a child: its exit status, or 1000 and the signal that ended it.
inline int end_of(::pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/// Runs `body() -> int` in a child process, and returns how it ended.
template <typename Body>
int in_child(Body body) {
    return end_of(start_child(body));
}

/// Whether `act` ends its process by `abort`.
template <typename Act>
bool aborts(Act act) {
    return in_child([&] {
               act();
               return 0;
           }) == 1000 + SIGABRT;
}

}  // namespace support

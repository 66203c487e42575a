// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Shared by the tests of secrets and of private files: an ordinary user, files with given modes, and a thread whose
// stack can be searched afterwards.
#pragma once

#include <boost/test/unit_test.hpp>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>

#include "in_child.hpp"
#include "sanitized.hpp"
#include "temporary_folder.hpp"

namespace support {

inline constexpr ::uid_t nobody = 65534;

/// Gives up root's privileges permanently, if we have them: root may lock any memory and write to any folder.
inline bool become_ordinary_user() {
    return ::geteuid() != 0 ||
           (::setgid(nobody) == 0 && ::setresuid(nobody, nobody, nobody) == 0 && ::geteuid() == nobody);
}

/// A folder that an ordinary user can write to as well.
class open_folder : public temporary_folder {
public:
    open_folder() {
        if (::chmod(path().c_str(), 0777) != 0) std::abort();
    }

    [[nodiscard]] std::string path() const { return file("."); }

    /// The number of entries in it.
    [[nodiscard]] std::ptrdiff_t count() const {
        return std::distance(std::filesystem::directory_iterator{path()}, std::filesystem::directory_iterator{});
    }
};

inline void write_all(const std::string& path, const std::string& content, ::mode_t mode = 0600) {
    write_bytes(path, content);
    if (::chmod(path.c_str(), mode) != 0) std::abort();
}

/// Sanitizers spill values, so the stack in their builds differs from the one in users' builds.
inline const boost::unit_test::precondition if_stack_is_as_compiled{
    [](boost::unit_test::test_unit_id) { return boost::test_tools::assertion_result{!sanitized}; }};

template <typename Body>
[[gnu::noinline]] void call(void* body) {
    (*static_cast<Body*>(body))();
}

/// Calls `function` so deep on the stack that the end of the thread does not overwrite what the call left.
[[gnu::noinline]] inline void call_deep_down(void (*function)(void*), void* argument) {
    std::array<char, 64 * 1024> distance;
    asm volatile("" : : "r"(distance.data()) : "memory");
    function(argument);
    asm volatile("" : : "r"(distance.data()) : "memory");
}

/// Runs `body()` on a separate stack, and returns whether `needle`, or either half of it, is still there afterwards. If
/// the needle was never on the stack, this proves nothing, so every use has a control that leaves one.
template <typename Body>
bool leaves_on_stack(std::span<const std::byte> needle, Body body) {
    constexpr std::size_t stack_bytes = 1024 * 1024;
    void* const stack =
        ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) std::abort();
    ::pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstack(&attributes, stack, stack_bytes);
    ::pthread_t thread{};
    const auto run = [](void* argument) -> void* {
        call_deep_down(&call<Body>, argument);
        return nullptr;
    };
    if (::pthread_create(&thread, &attributes, run, &body) != 0) std::abort();
    ::pthread_join(thread, nullptr);
    ::pthread_attr_destroy(&attributes);

    const std::span<const std::byte> seen{static_cast<const std::byte*>(stack), stack_bytes};
    const std::size_t half = needle.size() / 2;
    const auto holds = [&](std::span<const std::byte> part) {
        return std::search(seen.begin(), seen.end(), part.begin(), part.end()) != seen.end();
    };
    const bool found = holds(needle.first(half)) || holds(needle.subspan(half, half));
    ::munmap(stack, stack_bytes);
    return found;
}

/// A careless function, for those controls.
inline void copy_and_forget(const std::array<std::byte, 32>& secret) {
    const std::array<std::byte, 32> copy = secret;
    asm volatile("" : : "r"(copy.data()) : "memory");
}

}  // namespace support

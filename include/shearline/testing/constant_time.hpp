// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Finds branches and addresses that depend on a secret: secrets are marked as undefined memory, and a tool that tracks
// it through the machine code reports each place where it decides something (A. Langley, "ctgrind", 2010).
// Depends on valgrind's header or MemorySanitizer, if there is one; never on a test framework.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define SHEARLINE_HAS_MEMCHECK 1
#else
#define SHEARLINE_HAS_MEMCHECK 0
#endif
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define SHEARLINE_HAS_MSAN 1
#endif
#endif
#ifndef SHEARLINE_HAS_MSAN
#define SHEARLINE_HAS_MSAN 0
#endif

namespace shearline::inline v0_1::testing {

/// Whether valgrind or MemorySanitizer is watching. If not, a run finds nothing, and must not count as passed.
[[nodiscard]] inline bool secrets_are_watched() noexcept {
#if SHEARLINE_HAS_MSAN
    return true;
#elif SHEARLINE_HAS_MEMCHECK
    return RUNNING_ON_VALGRIND != 0;
#else
    return false;
#endif
}

/// Marks bytes as secret. What is computed from them is secret too, until it is declassified.
inline void secret(const void* bytes, std::size_t count) noexcept {
#if SHEARLINE_HAS_MSAN
    __msan_poison(bytes, count);
#elif SHEARLINE_HAS_MEMCHECK
    static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(bytes, count));
#else
    static_cast<void>(bytes), static_cast<void>(count);
#endif
}
/// Marks an object as secret, every byte of it.
template <typename T>
    requires std::is_trivially_copyable_v<T>
void secret(T& object) noexcept {
    secret(std::addressof(object), sizeof(T));
}

/// Marks bytes as public, such as the answer of a function.
inline void declassify(const void* bytes, std::size_t count) noexcept {
#if SHEARLINE_HAS_MSAN
    __msan_unpoison(bytes, count);
#elif SHEARLINE_HAS_MEMCHECK
    static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(bytes, count));
#else
    static_cast<void>(bytes), static_cast<void>(count);
#endif
}
/// A copy of a value, marked as public.
template <typename T>
    requires std::is_trivially_copyable_v<T>
[[nodiscard]] T declassified(T value) noexcept {
    declassify(std::addressof(value), sizeof(T));
    return value;
}

/// Runs functions whose branches and addresses must not depend on secrets, and controls that do and must be detected. A
/// body returns whether its answer was right.
///
/// Run the program under `valgrind -q --error-exitcode=0 --expensive-definedness-checks=yes`; otherwise its exit status
/// is 77, which test runners report as "skipped". MemorySanitizer is a second check, not the first: it misses some of
/// the controls, and reports false findings in inline assembly and in libraries built without it.
///
/// Example:
///     shearline::testing::constant_time_suite suite;
///     suite.function("my comparison", [] {
///         std::array<unsigned char, 4> a{}, b{};
///         shearline::testing::secret(a);
///         const int different = (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]);
///         return shearline::testing::declassified(different) == 0;
///     });
///     const int exit_status = suite.finish();  // add controls first: see add_constant_time_controls
class constant_time_suite {
public:
    /// A function that must not depend on a secret.
    template <typename Body>
    void function(std::string_view name, Body body) {
        if (!secrets_are_watched()) return;
        ++m_functions;
        const auto [right, findings] = run(body);
        m_findings += findings;
        if (findings != 0) tell(name, "depends on a secret");
        if (!right) tell(name, "gives a wrong answer"), ++m_wrong;
    }
    /// A function that depends on a secret, which must be detected.
    template <typename Body>
    void control(std::string_view name, Body body) {
        if (!secrets_are_watched()) return;
        ++m_controls;
        const auto [right, findings] = run(body);
        m_caught += findings != 0 ? 1U : 0U;
        if (findings == 0) tell(name, "is a control that depends on a secret, and was not detected");
        if (!right) tell(name, "gives a wrong answer"), ++m_wrong;
    }

    /// Prints "F functions, N findings, C of C controls caught", and returns the exit status: 0 if nothing was found,
    /// every answer was right and every control was caught; 77 if nothing watched; else 1. At least one function and
    /// one control are needed.
    [[nodiscard]] int finish() const {
        if (!secrets_are_watched()) {
            std::puts("skipped: runs neither under valgrind nor with MemorySanitizer, so nothing would be detected");
            return 77;
        }
        std::printf("%u functions, %u findings, %u of %u controls caught\n", m_functions, m_findings, m_caught,
                    m_controls);
        const bool good =
            m_findings == 0 && m_wrong == 0 && m_caught == m_controls && m_functions > 0 && m_controls > 0;
        return good ? 0 : 1;
    }

private:
    struct outcome {
        bool right;
        unsigned findings;
    };

    template <typename Body>
    static outcome run(Body body) {
#if SHEARLINE_HAS_MSAN
        // A finding ends the process, so each body runs in its own.
        std::fflush(stdout);
        const ::pid_t child = ::fork();
        if (child == 0) ::_exit(body() ? 0 : 2);
        int status = 0;
        ::waitpid(child, &status, 0);
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        return {code != 2, code == 0 || code == 2 ? 0U : 1U};
#elif SHEARLINE_HAS_MEMCHECK
        const unsigned before = static_cast<unsigned>(VALGRIND_COUNT_ERRORS);
        const bool right = body();
        return {right, static_cast<unsigned>(VALGRIND_COUNT_ERRORS) - before};
#else
        return {body(), 0};
#endif
    }

    static void tell(std::string_view name, const char* what) {
        std::printf("%.*s %s\n", static_cast<int>(name.size()), name.data(), what);
        std::fflush(stdout);
    }

    unsigned m_functions = 0;
    unsigned m_findings = 0;
    unsigned m_wrong = 0;
    unsigned m_controls = 0;
    unsigned m_caught = 0;
};

}  // namespace shearline::inline v0_1::testing

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Finds branches and addresses that depend on a secret: secrets are marked undefined, and a tool that follows undefined
// bytes through the machine code reports each place where one decides something (A. Langley, "ctgrind", 2010).
// Depends on valgrind's header or MemorySanitizer, where there are such; never on a test framework.
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

/// Whether something watches: without, a run would say nothing, and must not be taken for a good one.
[[nodiscard]] inline bool secrets_are_watched() noexcept {
#if SHEARLINE_HAS_MSAN
    return true;
#elif SHEARLINE_HAS_MEMCHECK
    return RUNNING_ON_VALGRIND != 0;
#else
    return false;
#endif
}

/// Marks bytes as secret. What is computed from them is secret as well, until it is declassified.
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

/// Marks bytes as public: what a function answers is seen by whoever asked.
inline void declassify(const void* bytes, std::size_t count) noexcept {
#if SHEARLINE_HAS_MSAN
    __msan_unpoison(bytes, count);
#elif SHEARLINE_HAS_MEMCHECK
    static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(bytes, count));
#else
    static_cast<void>(bytes), static_cast<void>(count);
#endif
}
/// A value as a public one.
template <typename T>
    requires std::is_trivially_copyable_v<T>
[[nodiscard]] T declassified(T value) noexcept {
    declassify(std::addressof(value), sizeof(T));
    return value;
}

/// Runs functions that must not depend on secrets, and controls that do so on purpose and must be found out.
///
///     constant_time_suite suite;
///     suite.function("my comparison", [] {
///         std::array<std::byte, 32> a{}, b{};
///         secret(a);
///         return declassified(my_equal(a, b));
///     });
///     return suite.finish();
///
/// A body gives whether its answer was right. Run the program under `valgrind -q --error-exitcode=0
/// --expensive-definedness-checks=yes`; without it, it ends with 77, which test runners take for "skipped". A build
/// with MemorySanitizer is a second line, not the first: it overlooks some of the controls, and takes for a finding
/// what goes through inline assembly or through a library that was not built with it.
class constant_time_suite {
public:
    /// A function that must not be found out.
    template <typename Body>
    void function(std::string_view name, Body body) {
        if (!secrets_are_watched()) return;
        ++m_functions;
        const auto [right, findings] = run(body);
        m_findings += findings;
        if (findings != 0) tell(name, "depends on a secret");
        if (!right) tell(name, "gives a wrong answer"), ++m_wrong;
    }
    /// A function that depends on a secret, and must be found out.
    template <typename Body>
    void control(std::string_view name, Body body) {
        if (!secrets_are_watched()) return;
        ++m_controls;
        const auto [right, findings] = run(body);
        m_caught += findings != 0 ? 1U : 0U;
        if (findings == 0) tell(name, "is a control, depends on a secret and was not found out");
        if (!right) tell(name, "gives a wrong answer"), ++m_wrong;
    }

    /// Tells "F functions, N findings, C of C controls caught" in one line, and gives the exit status: 0 where nothing
    /// was found and every control was, 77 where nothing watched, else 1.
    [[nodiscard]] int finish() const {
        if (!secrets_are_watched()) {
            std::puts("skipped: neither under valgrind nor built with MemorySanitizer, so that nothing would be seen");
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
        // A finding ends the process: so every body has one of its own.
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

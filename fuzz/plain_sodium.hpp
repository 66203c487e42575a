// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// libsodium for a fuzzer: guarded memory as plain allocations, and random bytes that are the same in each run of an
// input. Neither calls the system, which takes longer than a sequence of calls. The linker gives these functions to a
// program that includes this in one source file: see meson.build.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

// Without guard pages, ASan finds an overrun. The linker wants these names (--wrap).
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,misc-definitions-in-headers)
extern "C" {
void* __wrap_sodium_malloc(std::size_t size) { return std::malloc(size); }
void __wrap_sodium_free(void* block) { std::free(block); }
int __wrap_sodium_mlock(void*, std::size_t) { return 0; }
int __wrap_sodium_mprotect_readonly(void*) { return 0; }
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,misc-definitions-in-headers)

/// Random bytes that depend only on how many calls there were since the last `restart`. Not thread-safe.
class repeatable_random {
public:
    static void restart() {
        static const int once = ::randombytes_set_implementation(&functions);
        (void)once;
        calls = 0;
    }

private:
    static void fill(void* out, std::size_t size) {
        std::array<unsigned char, randombytes_SEEDBYTES> seed{};
        ++calls;
        std::memcpy(seed.data(), &calls, sizeof(calls));
        ::randombytes_buf_deterministic(out, size, seed.data());
    }
    static std::uint32_t number() {
        std::uint32_t made = 0;
        fill(&made, sizeof(made));
        return made;
    }

    static inline std::uint64_t calls = 0;
    static inline randombytes_implementation functions{
        .implementation_name = [] { return "repeatable"; },
        .random = number,
        .stir = nullptr,
        .uniform = nullptr,
        .buf = fill,
        .close = nullptr,
    };
};

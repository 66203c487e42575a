// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Wipes what this program frees: keys and passwords pass through the buffers of Beast, the strings of requests and
// answers, and JSON, none of which wipes its memory. Linked into the program, it replaces `new` and `delete` in all of
// it; C libraries keep malloc, and SQLite is given no secret. What is not freed is wiped by who holds it.
// Depends on libsodium and glibc (or another C library with malloc_usable_size).
#include <malloc.h>
#include <sodium.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

void wipe_and_free(void* memory) noexcept {
    if (memory == nullptr) return;
    ::sodium_memzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t bytes) {
    if (void* const made = std::malloc(bytes == 0 ? 1 : bytes)) return made;
    throw std::bad_alloc{};
}

void* operator new(std::size_t bytes, std::align_val_t alignment) {
    const auto to = static_cast<std::size_t>(alignment);
    void* made = nullptr;
    if (::posix_memalign(&made, to < sizeof(void*) ? sizeof(void*) : to, bytes == 0 ? 1 : bytes) == 0) return made;
    throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { wipe_and_free(memory); }

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Wipes memory that this program frees: keys and passwords pass through the buffers of Beast, the strings of requests
// and responses, and JSON, none of which wipe their memory. Linking this file replaces `new` and `delete` in the whole
// program. C libraries still use malloc, and SQLite gets no secret. Memory that is not freed is wiped by its owner.
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

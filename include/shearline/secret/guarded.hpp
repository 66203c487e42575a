// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One long-lived secret in separate memory: between guard pages, locked, read-only, wiped when it is destroyed.
// Depends on secret/sodium.hpp and secret/reveal.hpp; never on format/.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/reveal.hpp>
#include <shearline/secret/sodium.hpp>

namespace shearline::inline v0_1 {

/// A `T` in `sodium_malloc` memory: a pepper, a sealing key, a precomputed hash state.
///
/// The object is built in place, and its pages are then made read-only; they stay readable, so that using the secret
/// needs no system call. An overrun or a stray write ends the process instead of reading or changing the secret. The
/// pages are excluded from core dumps, locked into memory, and wiped when this is destroyed.
///
/// If the system refuses to lock (RLIMIT_MEMLOCK is small, or a container forbids it), everything else still holds, but
/// the pages may be written to swap; `locked()` tells, so that a program can warn its operator. After `fork` the child
/// has the bytes, but not the lock. A small `T` takes four pages, of which one counts against the limit. Movable; const
/// members are O(1) and may be called from any thread.
template <typename T>
class [[nodiscard]] guarded {
    static_assert(std::is_trivially_copyable_v<T>,
                  "guarded<T>: T must be trivially copyable, because its memory is read-only and is wiped as bytes");

public:
    /// Builds the object from the result of `init()`, in place: with `return T{…}` there is no copy on the stack. Makes
    /// a few system calls.
    ///
    /// Errors: `unavailable` if the system cannot allocate or protect the memory.
    template <typename Init>
        requires std::is_same_v<std::invoke_result_t<Init&>, T>
    static result<guarded> make(Init&& init) {
        if (auto ready = sodium_ready(); !ready) return std::move(ready).error();
        // The end of the object abuts a guard page, so that it is aligned: its size is a multiple of its alignment.
        void* const memory = ::sodium_malloc(sizeof(T));
        if (memory == nullptr) return error{errc::unavailable, "guarded memory: the system cannot allocate it"};
        guarded made{::new (memory) T(init())};
        // sodium_malloc hides a refused lock; asking again for pages that are locked is granted and costs nothing.
        made.m_locked = ::sodium_mlock(memory, sizeof(T)) == 0;
        if (::sodium_mprotect_readonly(memory) != 0) {
            return error{errc::unavailable, "guarded memory: the system refused to make it read-only"};
        }
        return made;
    }

    /// The object; undefined after this was moved from. It stays in place when this is moved, and is valid until its
    /// owner is destroyed.
    [[nodiscard]] const T& reveal(reveal_token) const& noexcept { return *m_object; }
    const T& reveal(reveal_token) const&& = delete;  // would dangle: give the owner a name

    /// Whether the pages are locked into memory; if not, they may be written to swap.
    [[nodiscard]] bool locked() const noexcept { return m_locked; }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const guarded&) = delete;  // a secret is not printed
    template <typename Other>
    bool operator==(const Other&) const = delete;  // it would stop at the first difference: constant_time_equal()

private:
    struct wiping_free {
        void operator()(T* object) const noexcept { ::sodium_free(object); }  // wipes before it unmaps
    };

    explicit guarded(T* object) noexcept : m_object{object} {}

    std::unique_ptr<T, wiping_free> m_object;
    bool m_locked = false;
};

}  // namespace shearline::inline v0_1

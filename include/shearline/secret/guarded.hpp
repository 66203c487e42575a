// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One long-lived secret in memory of its own: between guard pages, locked, read-only, wiped at the end.
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
/// The object is built in place and its pages are made read-only once; they stay readable, so that using a secret costs
/// no system call. An overrun or a stray write ends the process instead of leaking or altering it. The pages are left
/// out of core dumps, locked into memory and wiped when this is destroyed.
///
/// Where the system refuses to lock (RLIMIT_MEMLOCK is small, or a container forbids it) all the rest still holds, but
/// the pages may be written to swap: `locked()` says so, for a program to warn its operator. A process made by `fork`
/// keeps the bytes and loses the lock. A small `T` takes four pages, of which one counts against the limit. Reading is
/// thread-safe.
template <typename T>
class [[nodiscard]] guarded {
    static_assert(std::is_trivially_copyable_v<T>,
                  "guarded<T>: T must be trivially copyable, for its memory is read-only and is wiped whole");

public:
    /// Builds the object from what `init()` returns, in its final place: a `return T{…}` leaves no copy on the stack.
    ///
    /// Errors: `unavailable` where the system gives no memory, or will not protect it.
    template <typename Init>
        requires std::is_same_v<std::invoke_result_t<Init&>, T>
    static result<guarded> make(Init&& init) {
        if (auto ready = sodium_ready(); !ready) return std::move(ready).error();
        // The end of the object abuts a guard page, so that it is aligned: its size is a multiple of its alignment.
        void* const memory = ::sodium_malloc(sizeof(T));
        if (memory == nullptr) return error{errc::unavailable, "guarded memory: the system gave none"};
        guarded made{::new (memory) T(init())};
        // sodium_malloc hides a refused lock; asking again for pages that are locked is granted and costs nothing.
        made.m_locked = ::sodium_mlock(memory, sizeof(T)) == 0;
        if (::sodium_mprotect_readonly(memory) != 0) {
            return error{errc::unavailable, "guarded memory: the system refused to make it read-only"};
        }
        return made;
    }

    /// The object. Not of a moved-from `guarded`. A move keeps it in place; valid until its last owner goes.
    [[nodiscard]] const T& reveal(reveal_token) const& noexcept { return *m_object; }
    const T& reveal(reveal_token) const&& = delete;  // would outlive its owner: give the owner a name

    /// Whether the pages are locked into memory; if not, they may reach swap.
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

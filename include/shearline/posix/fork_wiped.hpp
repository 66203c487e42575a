// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A secret of this process only: a child made by `fork` finds zeros in its place, and can detect that.
// Depends on secret/reveal.hpp and POSIX; never on format/.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/reveal.hpp>
#include <shearline/secret/sodium.hpp>

namespace shearline::inline v0_1::detail {

/// A `T` in a page of its own between two guard pages: left out of core dumps, locked into memory if the system allows
/// it, read-only after construction if `T` is const, wiped at the end, and zero in every child of this process
/// (`MADV_WIPEONFORK` on Linux, `minherit` elsewhere). A child shares a `guarded`, but not this. Reading costs no
/// system call, and is as thread-safe as `T` is.
template <typename T>
class [[nodiscard]] fork_wiped {
    static_assert(std::is_trivially_destructible_v<T>,
                  "fork_wiped<T>: T must be trivially destructible, for its memory is wiped whole");

public:
    /// Builds the object from what `init()` returns, in its final place.
    ///
    /// Errors: `unavailable` if the system gives no memory, or cannot wipe it on fork (Linux before 4.14).
    template <typename Init>
        requires std::is_same_v<std::invoke_result_t<Init&>, std::remove_const_t<T>>
    static result<fork_wiped> make(Init&& init) {
        if (auto ready = sodium_ready(); !ready) return std::move(ready).error();
        const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        static_assert(sizeof(content) <= 4'096, "fork_wiped<T>: T must fit into a page");
        void* const pages = ::mmap(nullptr, 3 * page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) return unavailable("gave none");
        fork_wiped made{static_cast<std::byte*>(pages), page_bytes};
        void* const page = static_cast<std::byte*>(pages) + page_bytes;
        if (::mprotect(page, page_bytes, PROT_READ | PROT_WRITE) != 0) return unavailable("will not open it");
        if (!wipe_in_children(page, page_bytes)) return unavailable("cannot wipe it in a forked child");
        (void)::sodium_mlock(page, page_bytes);  // also keeps it out of core dumps
        made.m_pages->object = ::new (page) content{init(), alive};
        if (std::is_const_v<T> && ::mprotect(page, page_bytes, PROT_READ) != 0)
            return unavailable("will not make it read-only");
        return made;
    }

    /// The object; all zeros in a child. Not valid after the `fork_wiped` was moved from.
    [[nodiscard]] T& reveal(reveal_token) const& noexcept { return m_pages->object->value; }
    T& reveal(reveal_token) const&& = delete;  // would outlive its owner: give the owner a name

    /// Whether this process made it, rather than a parent before a fork. Two loads.
    [[nodiscard]] bool is_ours() const noexcept { return m_pages->object->mark == alive; }

    template <typename Stream>
    friend Stream& operator<<(Stream&, const fork_wiped&) = delete;  // a secret cannot be printed
    template <typename Other>
    bool operator==(const Other&) const = delete;  // it would stop at the first difference: constant_time_equal()

private:
    static constexpr std::uint64_t alive = 0x736865'61726c69;

    struct content {
        T value;
        std::uint64_t mark;
    };

    struct mapping {
        mapping(std::byte* first, std::size_t page) noexcept : pages{first}, page_bytes{page} {}
        mapping(const mapping&) = delete;
        mapping& operator=(const mapping&) = delete;
        ~mapping() {
            std::byte* const page = pages + page_bytes;
            if (::mprotect(page, page_bytes, PROT_READ | PROT_WRITE) == 0) ::sodium_munlock(page, page_bytes);  // wipes
            ::munmap(pages, 3 * page_bytes);
        }
        std::byte* pages;
        std::size_t page_bytes;
        content* object = nullptr;
    };

    fork_wiped(std::byte* pages, std::size_t page_bytes) : m_pages{std::make_unique<mapping>(pages, page_bytes)} {}

    static error unavailable(std::string_view what) {
        return {errc::unavailable, "no memory that a fork wipes: the system " + std::string{what}};
    }

    static bool wipe_in_children([[maybe_unused]] void* page, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(MADV_WIPEONFORK)
        return ::madvise(page, bytes, MADV_WIPEONFORK) == 0;
#elif defined(VM_INHERIT_ZERO)
        return ::minherit(page, bytes, VM_INHERIT_ZERO) == 0;
#elif defined(INHERIT_ZERO)
        return ::minherit(page, bytes, INHERIT_ZERO) == 0;
#else
        return false;
#endif
    }

    std::unique_ptr<mapping> m_pages;
};

}  // namespace shearline::inline v0_1::detail

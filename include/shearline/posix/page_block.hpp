// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A block of zeroed memory from the system, in huge pages if it has them.
// Depends on POSIX; never on what is kept in it.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1::detail {

/// Zeroed bytes. A block of 2 MiB or more is aligned to huge pages, and the system is advised to use them: a random
/// read then misses the TLB less often. If the system has none, ordinary pages are used. A page that was never touched
/// takes no memory. Movable.
class page_block {
public:
    static constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;

    /// Errors: `unavailable` if the system gives less. (A system that overcommits may promise more than it has: `ulimit
    /// -v` is reported here; other limits are enforced later, by the out-of-memory killer.)
    [[nodiscard]] static result<page_block> make(std::uint64_t size) {
        // On a 32-bit system a larger size would be truncated.
        if (size > std::numeric_limits<std::size_t>::max() / 2) return none(size);
        const auto bytes = static_cast<std::size_t>(size);
        const bool huge = bytes >= huge_page_bytes;
        const std::size_t slack = huge ? huge_page_bytes : 0;
        void* const at = ::mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED) return none(size);
        page_block block{static_cast<std::byte*>(at), bytes + slack};
#ifdef MADV_HUGEPAGE
        if (huge) (void)::madvise(block.data(), bytes, MADV_HUGEPAGE);
#endif
        return block;
    }

    page_block(page_block&& other) noexcept
        : m_first{std::exchange(other.m_first, nullptr)}, m_bytes{std::exchange(other.m_bytes, 0)} {}
    page_block& operator=(page_block&&) = delete;
    ~page_block() {
        if (m_first != nullptr) ::munmap(m_first, m_bytes);
    }

    [[nodiscard]] std::byte* data() const noexcept {
        if (m_bytes < huge_page_bytes) return m_first;
        const auto address = reinterpret_cast<std::uintptr_t>(m_first);
        return m_first + (huge_page_bytes - address % huge_page_bytes) % huge_page_bytes;
    }

private:
    page_block(std::byte* first, std::size_t bytes) noexcept : m_first{first}, m_bytes{bytes} {}

    static error none(std::uint64_t bytes) {
        return {errc::unavailable, "the system gives no " + std::to_string(bytes >> 20U) +
                                       " MiB of memory: free some, or raise the limit"};
    }

    std::byte* m_first;
    std::size_t m_bytes;
};

}  // namespace shearline::inline v0_1::detail

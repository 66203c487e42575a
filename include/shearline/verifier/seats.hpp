// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Readers that any thread may use for one call: each thread begins at a seat of its own, and takes the next free one.
// Depends on posix/threads.hpp; for verifier.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>

#include <shearline/posix/threads.hpp>

namespace shearline::inline v0_1::detail {

/// Twice as many seats as processors, and 16 at least, so that a thread that lost its processor in the middle of a
/// call, or waits for the store, keeps nobody waiting. All are made at once: to make a reader takes a lock, which a
/// verification must not wait for.
template <typename Reader>
class seats {
public:
    template <typename Make>
    explicit seats(Make make) : m_mask{how_many() - 1}, m_seats{std::make_unique<seat[]>(m_mask + 1)} {
        for (std::size_t i = 0; i <= m_mask; ++i) m_seats[i].reader.emplace(make());
    }

    /// What `use(reader)` gives, with a reader that nobody else has until it returns. `wait()` is called when all are
    /// taken, each for a microsecond; where it gives false, what `without()` gives.
    template <typename Use, typename Wait, typename Without>
    [[gnu::always_inline]] auto with(Use use, Wait wait, Without without) noexcept {
        static std::atomic<std::size_t> threads{0};
        thread_local const std::size_t first = threads.fetch_add(1, std::memory_order_relaxed);
        for (std::size_t tried = 0;; ++tried) {
            seat& mine = m_seats[(first + tried) & m_mask];
            if (!mine.taken.exchange(true, std::memory_order_acquire)) [[likely]] {
                const leaving_at_the_end leaves{mine};
                return use(*mine.reader);
            }
            if ((tried & m_mask) == m_mask && !wait()) return without();
        }
    }

private:
    struct alignas(64) seat {
        std::atomic<bool> taken{false};
        std::optional<Reader> reader;
    };

    struct leaving_at_the_end {
        seat& of;
        ~leaving_at_the_end() { of.taken.store(false, std::memory_order_release); }
    };

    static std::size_t how_many() noexcept {
        std::size_t count = 16;
        while (count < 2 * processors() && count < 64) count *= 2;
        return count;
    }

    std::size_t m_mask;
    std::unique_ptr<seat[]> m_seats;
};

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Keeps one thing that does not answer from taking every thread.
// Depends on std; never on what is waited for.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace crm {

/// Lets so many threads use a thing at once, and no more (the bulkhead pattern: M. Nygard, "Release It!"). Who comes
/// while all places are taken waits for one, as long as some become free; where none has for `patience`, the thing has
/// stopped, and all who wait or come are turned away at once. Thread-safe; O(1).
class bulkhead {
    using clock = std::chrono::steady_clock;

public:
    explicit bulkhead(std::size_t places, std::chrono::milliseconds patience) : m_free{places}, m_patience{patience} {}
    bulkhead(const bulkhead&) = delete;
    bulkhead& operator=(const bulkhead&) = delete;

    /// Held as long as the thing is used.
    class [[nodiscard]] place {
    public:
        explicit place(bulkhead& of) noexcept : m_of{&of} {}
        place(place&& other) noexcept : m_of{std::exchange(other.m_of, nullptr)} {}
        place& operator=(place&&) = delete;
        // NOLINTNEXTLINE(bugprone-exception-escape): it would take a system whose locks fail
        ~place() {
            if (m_of != nullptr) m_of->leave();
        }

    private:
        bulkhead* m_of;
    };

    /// Nothing where there is none to be had, which shows after `longest_wait` at the latest.
    [[nodiscard]] std::optional<place> enter() {
        std::unique_lock lock{m_mutex};
        const auto latest = clock::now() + longest_wait;
        while (m_free == 0) {
            const auto until = std::min(latest, m_moved + m_patience);
            if (clock::now() >= until) return std::nullopt;
            m_left.wait_until(lock, until);
        }
        --m_free;
        m_moved = clock::now();
        return place{*this};
    }

    static constexpr std::chrono::seconds longest_wait{1};

private:
    void leave() {
        {
            const std::scoped_lock lock{m_mutex};
            ++m_free;
            m_moved = clock::now();
        }
        m_left.notify_one();
    }

    std::mutex m_mutex;
    std::condition_variable m_left;
    std::size_t m_free;
    std::chrono::milliseconds m_patience;
    clock::time_point m_moved{};  // when somebody came in or left
};

}  // namespace crm

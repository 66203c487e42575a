// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Keeps a resource that does not answer from occupying every thread.
// Depends on std; never on the resource.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace crm {

/// Limits how many threads use a resource at once (the bulkhead pattern: M. Nygard, "Release It!"). While all places
/// are taken, further threads wait for one, as long as places keep becoming free. If none becomes free for `patience`,
/// the resource has stopped, and all threads that wait or arrive are refused at once. Thread-safe; O(1).
class bulkhead {
    using clock = std::chrono::steady_clock;

public:
    explicit bulkhead(std::size_t places, std::chrono::milliseconds patience) : m_free{places}, m_patience{patience} {}
    bulkhead(const bulkhead&) = delete;
    bulkhead& operator=(const bulkhead&) = delete;

    /// Held while the resource is used.
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

    /// Empty if there is no place, which is decided within `longest_wait`.
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
    clock::time_point m_moved{};  // when a place was last taken or freed
};

}  // namespace crm

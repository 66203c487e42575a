// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How `verifier::run` waits between two polls.
// Depends on concepts.hpp and posix/threads.hpp; never on one store.
#pragma once

#include <cstdint>
#include <memory>

#include <shearline/chrono.hpp>
#include <shearline/concepts.hpp>
#include <shearline/posix/threads.hpp>

namespace shearline::inline v0_1::detail {

/// Waits until the next poll is due, or a stop is requested: for all of the period, or for a remote feed until it may
/// have changed. Used by one thread.
template <typename Store>
class poll_pause {
    using clock = std::chrono::steady_clock;

public:
    poll_pause(Store& of, std::chrono::milliseconds period) noexcept : m_store{std::addressof(of)}, m_period{period} {
        note();
    }

    /// Call it before each poll: what the store hears of from then on makes the next pause short.
    void note() noexcept {
        if constexpr (remote_feed<Store>) m_heard = heard();
    }

    /// After a poll that failed, waits for all of the period: a store that is down may end each wait at once.
    template <typename Stop>
    void wait(const Stop& stop, [[maybe_unused]] bool has_failed) {
        const auto until = clock::now() + m_period;
        for (auto left = m_period; left > left.zero() && !stop.stop_requested();
             left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now())) {
            constexpr std::chrono::milliseconds most{100};
            const auto slice = left < most ? left : most;
            if constexpr (remote_feed<Store>) {
                if (!has_failed) {
                    // Not only the wait decides: what came between the poll and the wait would end no wait.
                    if (heard() != m_heard) return;
                    const auto began = clock::now();
                    m_store->wait_for_change(std::chrono::milliseconds{slice});
                    if (clock::now() - began < slice) return;
                    continue;
                }
            }
            sleep_for(slice);
        }
    }

private:
    struct news {
        std::uint64_t count = 0;
        std::uint64_t epoch = 0;
        friend bool operator==(const news&, const news&) = default;
    };

    [[nodiscard]] news heard() const noexcept {
        if constexpr (remote_feed<Store>)
            return {m_store->change_count(), m_store->epoch()};
        else
            return {};
    }

    Store* m_store;
    std::chrono::milliseconds m_period;
    news m_heard;
};

}  // namespace shearline::inline v0_1::detail

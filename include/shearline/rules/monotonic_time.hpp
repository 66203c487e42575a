// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The time that expiry is decided by: it does not go back, and one wrong reading of a clock has no lasting effect.
// Depends on clock.hpp; never on a store, which is an address here.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>

namespace shearline::inline v0_1::detail {

/// The latest credible time that any authority or verifier of one store was given in this process. Validity is decided
/// at that time or at the time given, whichever is later, so that what has expired stays expired if a clock steps back.
///
/// A time up to one day after the latest is credible. A time further ahead, or the first one, is credible if it is at
/// most one day ahead of the system's clock. A time that is not credible counts for its own call alone: keys expire in
/// that call and in no other.
class monotonic_time {
public:
    static constexpr std::chrono::hours credible_step{24};

    /// The time of the store at this address. It is shared as long as somebody holds it, and then starts anew, so that
    /// a later store at the same address does not inherit it. There is one list in a program, even if its shared
    /// objects hide their symbols. It is never destroyed, because other static objects may outlive it.
    [[nodiscard, gnu::visibility("default")]] static std::shared_ptr<monotonic_time> of(const void* store) {
        static std::mutex mutex;
        static known_time* first = nullptr;
        const std::scoped_lock lock{mutex};
        for (known_time** at = &first; *at != nullptr;) {
            known_time* const one = *at;
            auto shared = one->time.lock();
            if (shared && one->store == store) return shared;
            if (shared) {
                at = &one->next;
            } else {
                *at = one->next;
                delete one;
            }
        }
        std::shared_ptr<monotonic_time> fresh{new monotonic_time};
        first = new known_time{store, fresh, first};
        return fresh;
    }

    /// The time to decide at, for a caller that was given `told`. Thread-safe; one load unless time has moved on.
    [[nodiscard]] timestamp at(timestamp told) noexcept {
        const timestamp latest = m_latest.load(std::memory_order_relaxed);
        return told <= latest ? latest : advance(latest, told);
    }

private:
    struct known_time {
        const void* store;
        std::weak_ptr<monotonic_time> time;
        known_time* next;  // linked by hand: to compile a std::vector of these costs more than all else in this header
    };

    [[gnu::noinline]] timestamp advance(timestamp latest, timestamp told) noexcept {
        if (told - latest > credible_step && told - credible_step > system_clock{}.now()) return told;
        while (latest < told && !m_latest.compare_exchange_weak(latest, told, std::memory_order_relaxed)) {
        }
        return latest < told ? told : latest;
    }

    alignas(64) std::atomic<timestamp> m_latest{timestamp{}};  // 1970 or later, so that a difference has no overflow
};

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Detects a store that was rolled back, so that it no longer has a change that was seen before, or that was closed.
// Depends on store/change.hpp; never on one store.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// The error for a store that was rolled back.
[[nodiscard]] inline error rolled_back(std::uint64_t seen) {
    return {errc::rolled_back, "the store no longer has change " + std::to_string(seen) +
                                   ", which was seen before: an older copy was restored, in which revoked keys may be "
                                   "alive; restore the newer copy, or restart to go on with this one"};
}

/// The error for a store that was moved.
[[nodiscard]] inline error store_closed() {
    return {errc::illegal_state,
            "the store was closed: its keys were moved to another store; open that one, and leave this one alone"};
}

/// Remembers the newest change seen in a store. A store whose feed later ends before it was restored from an older
/// copy. Thread-safe and lock-free.
class feed_watch {
public:
    /// The newest change seen so far. Load it before a read begins: the read must show every change seen by then. (It
    /// need not show what another thread sees in the meantime.)
    [[nodiscard]] std::uint64_t newest() const noexcept { return m_newest.load(std::memory_order_acquire); }

    /// Takes a head that was read after `newest` returned `before`; `rolled_back` if the head is older than that,
    /// `illegal_state` if the store is closed.
    [[nodiscard]] result<void> look(const feed_head& head, std::uint64_t before) {
        std::uint64_t newest = m_newest.load(std::memory_order_relaxed);
        while (newest < head.sequence &&
               !m_newest.compare_exchange_weak(newest, head.sequence, std::memory_order_acq_rel)) {
        }
        if (head.sequence < before) return rolled_back(before);
        if (head.closed) return store_closed();
        return {};
    }

private:
    std::atomic<std::uint64_t> m_newest{0};
};

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a store still has every change that was seen of it.
// Depends on store/change.hpp; never on one store.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <shearline/result.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0 {

/// The error of a store that was taken back to an older state.
[[nodiscard]] inline error rolled_back(std::uint64_t seen) {
    return {errc::rolled_back, "the store no longer has change " + std::to_string(seen) +
                                   ", which was seen before: an older copy was restored, in which revoked keys may be "
                                   "alive; restore the newer copy, or restart to go on with this one"};
}

/// Remembers the newest change that was seen of a store. A store whose feed ends before it was restored from an older
/// copy. Thread-safe; never waits.
class feed_watch {
public:
    /// A head that was read: `rolled_back` if a later change was seen before.
    [[nodiscard]] result<void> look(const feed_head& head) noexcept {
        std::uint64_t newest = m_newest.load(std::memory_order_acquire);
        while (newest < head.sequence &&
               !m_newest.compare_exchange_weak(newest, head.sequence, std::memory_order_acq_rel)) {
        }
        if (head.sequence < newest) return rolled_back(newest);
        return {};
    }

private:
    std::atomic<std::uint64_t> m_newest{0};
};

}  // namespace shearline::inline v0

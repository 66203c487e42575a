// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a store still has every change that was seen of it.
// Depends on store/change.hpp; never on one store.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// The error of a store that was taken back to an older state.
[[nodiscard]] inline error rolled_back(std::uint64_t seen) {
    return {errc::rolled_back, "the store no longer has change " + std::to_string(seen) +
                                   ", which was seen before: an older copy was restored, in which revoked keys may be "
                                   "alive; restore the newer copy, or restart to go on with this one"};
}

/// Remembers the newest change that was seen of a store. A store that later ends before it was restored from an older
/// copy. Thread-safe; never waits.
class feed_watch {
public:
    /// The newest change seen so far. To be asked before a reading begins: what was seen by then, the reading must
    /// show. (What another thread sees meanwhile, it need not.)
    [[nodiscard]] std::uint64_t newest() const noexcept { return m_newest.load(std::memory_order_acquire); }

    /// A head that was read since `newest` gave `before`: `rolled_back` if it is older than that.
    [[nodiscard]] result<void> look(const feed_head& head, std::uint64_t before) {
        std::uint64_t newest = m_newest.load(std::memory_order_relaxed);
        while (newest < head.sequence &&
               !m_newest.compare_exchange_weak(newest, head.sequence, std::memory_order_acq_rel)) {
        }
        if (head.sequence < before) return rolled_back(before);
        return {};
    }

private:
    std::atomic<std::uint64_t> m_newest{0};
};

}  // namespace shearline::inline v0_1::detail

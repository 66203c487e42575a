// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Counts uses of keys in memory until the next flush, so that a verification does not write to the store.
// Depends on store/change.hpp; never on one store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// Use counts per key of a format, in shards with a lock each. Only proved keys are counted, so the size is bounded by
/// the number of keys. Thread-safe; O(1).
template <typename Format>
class usage_log {
public:
    /// Adds uses of a key.
    void note(handle key, timestamp at, std::uint64_t uses = 1) {
        shard& part = m_shards[static_cast<std::size_t>(key.value % m_shards.size())];
        const std::scoped_lock lock{part.mutex};
        count& counted = part.counts[key.value];
        counted.uses += uses;
        if (counted.last_used_at < at) counted.last_used_at = at;
    }

    /// Removes and returns the counts.
    [[nodiscard]] std::vector<usage> drain() {
        std::vector<usage> drained;
        for (shard& part : m_shards) {
            std::unordered_map<std::uint64_t, count> counts;
            {
                const std::scoped_lock lock{part.mutex};
                counts.swap(part.counts);
            }
            for (const auto& [key, counted] : counts)
                drained.push_back({std::string{Format::name}, handle{key}, counted.last_used_at, counted.uses});
        }
        return drained;
    }

private:
    struct count {
        std::uint64_t uses = 0;
        timestamp last_used_at{};
    };
    struct shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, count> counts;
    };

    std::array<shard, 16> m_shards;
};

}  // namespace shearline::inline v0_1::detail

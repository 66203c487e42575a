// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Which keys were used since the last flush: counted in memory, so that no verification writes to a store.
// Depends on store/change.hpp; never on one store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// Counts of uses for each key that was proved, in shards that are locked one by one. Bounded by the number of keys:
/// what was not proved is not counted. Thread-safe; O(1).
class usage_log {
public:
    /// One use of a key, `uses` times.
    void note(handle key, timestamp at, std::uint64_t uses = 1) {
        shard& part = m_shards[static_cast<std::size_t>(key.value % m_shards.size())];
        const std::scoped_lock lock{part.mutex};
        count& counted = part.counts[key.value];
        counted.uses += uses;
        if (counted.last_used_at < at) counted.last_used_at = at;
    }

    /// Takes out what was counted.
    [[nodiscard]] std::vector<usage> drain(std::string_view format) {
        std::vector<usage> drained;
        for (shard& part : m_shards) {
            std::unordered_map<std::uint64_t, count> counts;
            {
                const std::scoped_lock lock{part.mutex};
                counts.swap(part.counts);
            }
            for (const auto& [key, counted] : counts)
                drained.push_back({std::string{format}, handle{key}, counted.last_used_at, counted.uses});
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

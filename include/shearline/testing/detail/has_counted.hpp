// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a store has counted a change: at once, or, if it is shared over a network, once it has heard of it.
// Depends on concepts.hpp; never on one store.
#pragma once

#include <cstdint>

#include <shearline/chrono.hpp>
#include <shearline/concepts.hpp>

namespace shearline::inline v0_1::testing::detail {

/// Whether the count is another than `before`. A remote feed has five seconds.
template <typename Store>
[[nodiscard]] bool has_counted(Store& store, std::uint64_t before) {
    if constexpr (remote_feed<Store>) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
        while (store.change_count() == before && std::chrono::steady_clock::now() < end)
            store.wait_for_change(std::chrono::milliseconds{100});
    }
    return store.change_count() != before;
}

}  // namespace shearline::inline v0_1::testing::detail

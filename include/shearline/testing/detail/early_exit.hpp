// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A comparison that ends at the first difference: the positive control of timing_policies.hpp.
// Depends on std; never on a comparison of ours.
#pragma once

#include <array>
#include <cstddef>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing::detail {

template <std::size_t Bytes>
[[nodiscard, gnu::noinline]] bool early_exit_equal(const std::array<std::byte, Bytes>& a,
                                                   const std::array<std::byte, Bytes>& b) noexcept {
    for (std::size_t i = 0; i < Bytes; ++i) {
        if (a[i] != b[i]) return false;
        asm volatile("" : : : "memory");  // keeps the compiler from merging the comparisons
    }
    return true;
}

}  // namespace shearline::inline v0_1::testing::detail

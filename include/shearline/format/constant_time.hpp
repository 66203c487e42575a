// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The two operations that code without secret-dependent branches is built from.
// Depends on std; never on another header of ours.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::detail {

/// `value`, hidden from the optimiser, which could otherwise see that a mask has only two values, and branch on it.
/// (Botan's `CT::value_barrier` is the model.) On other compilers, and in constant expressions, `value` as it is.
template <std::unsigned_integral Word>
[[nodiscard]] constexpr Word opaque(Word value) noexcept {
#if defined(__GNUC__)
    if (!std::is_constant_evaluated()) asm("" : "+r"(value));
#endif
    return value;
}

/// All ones if `value >= bound`, else zero; both are below 2^31. Constant-time in both.
[[nodiscard]] constexpr std::uint32_t mask_if_at_least(std::uint32_t value, std::uint32_t bound) noexcept {
    return opaque((value - bound) >> 31) - 1;
}

}  // namespace shearline::inline v0_1::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The two steps from which code without secret-dependent branches is made.
// Depends on std; never on another definition of ours.
#pragma once

#include <cstdint>
#include <type_traits>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::detail {

/// `value`, of which the optimiser knows nothing any more: without this it may see that a mask has two values only, and
/// make a branch of it. (Botan's `CT::value_barrier` is the model.) Where there is no such barrier, the value as it is.
[[nodiscard]] constexpr std::uint32_t opaque(std::uint32_t value) noexcept {
#if defined(__GNUC__)
    if (!std::is_constant_evaluated()) asm("" : "+r"(value));
#endif
    return value;
}

/// All ones where `value >= bound`, else zero; both below 2^31. Constant-time in both.
[[nodiscard]] constexpr std::uint32_t mask_if_at_least(std::uint32_t value, std::uint32_t bound) noexcept {
    return opaque((value - bound) >> 31) - 1;
}

}  // namespace shearline::inline v0_1::detail

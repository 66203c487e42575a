// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Sources of entropy that are wrong in one way each: the negative controls of entropy_check.hpp.
// Depends on secret/entropy.hpp; never on a key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <shearline/secret/entropy.hpp>

namespace shearline::inline v0_1::testing::detail {

/// Every byte is the remainder of another by `modulus`: the first of its values come more often than the others.
template <std::size_t Modulus>
struct biased_entropy {
    result<void> fill(std::span<std::byte> out) noexcept {
        if (auto filled = system_entropy{}.fill(out); !filled) return filled;
        for (std::byte& byte : out) byte = static_cast<std::byte>(std::to_integer<std::size_t>(byte) % Modulus);
        return {};
    }
};

/// One block of entropy, again and again after 30,000 keys.
struct repeating_entropy {
    result<void> fill(std::span<std::byte> out) noexcept {
        for (std::byte& byte : out) {
            state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
            byte = static_cast<std::byte>(state >> 56U);
        }
        if (++calls % 60'000 == 0) state = 1;
        return {};
    }
    std::uint64_t state = 1;
    std::uint64_t calls = 0;
};

}  // namespace shearline::inline v0_1::testing::detail

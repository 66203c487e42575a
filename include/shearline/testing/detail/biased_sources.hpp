// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Sources of entropy with one fault each: the negative controls of entropy_check.hpp.
// Depends on secret/entropy.hpp; never on a key.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <shearline/secret/entropy.hpp>

namespace shearline::inline v0_1::testing::detail {

/// What a biased source remembers of its earlier output.
struct source_memory {
    std::size_t digits = 0;  ///< of the alphabet
    std::uint64_t calls = 0;
    std::array<std::byte, 8> handle{};
    std::array<std::byte, 64> secret{};
};

/// Fills with a linear congruential generator, which repeats for the same seed.
inline void fill_from_seed(std::span<std::byte> out, std::uint64_t seed) {
    for (std::byte& byte : out) byte = static_cast<std::byte>((seed = seed * 6'364'136'223'846'793'005U + 1) >> 56U);
}

struct source_fault {
    std::string_view name;
    bool is_of_handles;  ///< not detectable in a format without handles
    void (*spoil)(std::span<std::byte> out, source_memory& memory);
};

inline constexpr source_fault source_faults[] = {
    {"digits that are remainders of a byte", false,
     [](std::span<std::byte> out, source_memory& memory) {
         for (std::byte& byte : out) byte = static_cast<std::byte>(std::to_integer<std::size_t>(byte) % memory.digits);
     }},
    {"a source that repeats itself", false,
     [](std::span<std::byte> out, source_memory& memory) { fill_from_seed(out, memory.calls % 12'000); }},
    {"a generator with a seed of 16 bits", false,
     [](std::span<std::byte> out, source_memory&) {
         const auto seed = std::to_integer<std::uint64_t>(out.front()) | std::to_integer<std::uint64_t>(out.back())
                                                                             << 8U;
         if (out.size() > 8) fill_from_seed(out, seed);
     }},
    {"a counter", false,
     [](std::span<std::byte> out, source_memory& memory) {
         for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(memory.calls >> (i % 8 * 8));
     }},
    {"a bit that is never set", false,
     [](std::span<std::byte> out, source_memory&) {
         for (std::byte& byte : out) byte &= ~std::byte{4};
     }},
    {"a first digit that is never 0", false,
     [](std::span<std::byte> out, source_memory&) {
         if ((out.front() & std::byte{63}) == std::byte{}) out.front() = std::byte{1};
     }},
    {"every digit twice", false,
     [](std::span<std::byte> out, source_memory&) {
         for (std::size_t i = 1; i < out.size(); i += 2) out[i] = out[i - 1];
     }},
    {"a second half that repeats the first", false,
     [](std::span<std::byte> out, source_memory&) {
         std::copy_n(out.begin(), out.size() / 2, out.begin() + static_cast<std::ptrdiff_t>((out.size() + 1) / 2));
     }},
    {"a secret that is the one before it, but for its first digits", false,
     [](std::span<std::byte> out, source_memory& memory) {
         if (out.size() <= 8) return;
         for (std::size_t i = 8; i < out.size() && i < memory.secret.size(); ++i) out[i] = memory.secret[i];
     }},
    {"a second half that is what the first one lacks to the highest digit", false,
     [](std::span<std::byte> out, source_memory& memory) {
         const std::size_t half = out.size() / 2;
         if (out.size() <= 8) return;
         for (std::size_t i = 0; i < out.size(); ++i)
             out[i] = static_cast<std::byte>(std::to_integer<std::size_t>(out[i]) % memory.digits);
         for (std::size_t i = 0; i < half; ++i)
             out[half + i] = static_cast<std::byte>(memory.digits - 1 - std::to_integer<std::size_t>(out[i]));
     }},
    {"a secret that is the one before it, moved on by a digit", false,
     [](std::span<std::byte> out, source_memory& memory) {
         if (out.size() <= 8) return;
         for (std::size_t i = 0; i + 1 < out.size() && i + 1 < memory.secret.size(); ++i) out[i] = memory.secret[i + 1];
     }},
    {"a handle that is the one before it and a constant", true,
     [](std::span<std::byte> out, source_memory& memory) {
         if (out.size() != 8) return;
         std::uint64_t before = 0;
         for (std::size_t i = 8; i-- > 0;) before = before << 8U | std::to_integer<std::uint64_t>(memory.handle[i]);
         before += 0x9e37'79b9'7f4a'7c15U;
         for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::byte>(before >> (8 * i));
     }},
    {"a handle whose middle bits are fixed", true,
     [](std::span<std::byte> out, source_memory&) {
         if (out.size() == 8) out[3] = std::byte{7};
     }},
    {"a secret that its handle gives away", true,
     [](std::span<std::byte> out, source_memory& memory) {
         if (out.size() > 8) std::copy_n(memory.handle.begin(), 8, out.begin() + 1);
     }},
};

/// Every source gives the same bytes.
struct alike_entropy {
    result<void> fill(std::span<std::byte> out) noexcept {
        fill_from_seed(out, ++calls);
        return {};
    }
    std::uint64_t calls = 41;
};

/// The system's entropy with a fault.
struct biased_entropy {
    biased_entropy(const source_fault& fault, std::size_t digits) : spoil{fault.spoil}, memory{.digits = digits} {}

    result<void> fill(std::span<std::byte> out) noexcept {
        if (auto filled = system_entropy{}.fill(out); !filled) return filled;
        ++memory.calls;
        spoil(out, memory);
        if (out.size() == memory.handle.size()) std::copy_n(out.begin(), 8, memory.handle.begin());
        if (out.size() > memory.handle.size())
            std::copy_n(out.begin(), std::min(out.size(), memory.secret.size()), memory.secret.begin());
        return {};
    }

    void (*spoil)(std::span<std::byte> out, source_memory& memory);
    source_memory memory;
};

}  // namespace shearline::inline v0_1::testing::detail

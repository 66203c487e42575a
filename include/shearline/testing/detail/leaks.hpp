// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Functions that leak a secret: the negative controls of constant_time.hpp.
// Depends on testing/constant_time.hpp and generate.hpp; never on a policy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <shearline/generate.hpp>
#include <shearline/testing/constant_time.hpp>

namespace shearline::inline v0_1::testing::detail {

/// Bytes that look random, the same in every run.
template <std::size_t Count>
[[nodiscard]] std::array<std::byte, Count> sample_bytes() noexcept {
    std::array<std::byte, Count> made{};
    std::uint32_t state = 2026;
    for (std::byte& byte : made) byte = static_cast<std::byte>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
    return made;
}

/// Calls `equal(a, b)` on two secrets that are equal, differ in their first byte, in their last, and in all.
template <std::size_t Bytes, typename Equal>
[[nodiscard]] bool compares(Equal equal) {
    const auto a = sample_bytes<Bytes>();
    for (int which = 0; which < 4; ++which) {
        auto x = a;
        auto b = a;
        if (which == 1) b.front() ^= std::byte{1};
        if (which == 2) b.back() ^= std::byte{0x80};
        if (which == 3)
            for (std::byte& byte : b) byte ^= std::byte{0xff};
        secret(x);
        secret(b);
        if (declassified(static_cast<bool>(equal(x, b))) != (which == 0)) return false;
    }
    return true;
}

/// Entropy whose bits in `Mask` are secret; the others are 0. With 0x1f each byte is a valid digit of any alphabet of
/// 32 or more, so that rejection sampling, which is public by design, rejects none.
template <unsigned Mask>
struct secret_entropy {
    result<void> fill(std::span<std::byte> out) noexcept {
        if (auto filled = system_entropy{}.fill(out); !filled) return filled;
        if (out.size() == sizeof(std::uint64_t)) return {};  // a handle, which is public
        for (std::byte& byte : out) {
            secret(byte);
            byte &= std::byte{Mask};
        }
        return {};
    }
};

/// Leaks that occurred in real code; each must be detected.
inline void add_leaks(constant_time_suite& suite) {
    using bytes = std::array<std::byte, 32>;
    // Through pointers that the compiler cannot follow; otherwise it could remove comparisons of equal values.
    static const auto opaque = [](const bytes& of) {
        const std::byte* at = of.data();
        asm volatile("" : "+r"(at));
        return at;
    };
    suite.control("a loop that ends at the first difference", [] {
        return compares<32>([](const bytes& a, const bytes& b) {
            const std::byte* const x = opaque(a);
            const std::byte* const y = opaque(b);
            for (std::size_t i = 0; i < 32; ++i)
                if (x[i] != y[i]) return false;
            return true;
        });
    });
    suite.control("memcmp", [] {
        return compares<32>([](const bytes& a, const bytes& b) {
            int (*volatile compare)(const void*, const void*, std::size_t) = &std::memcmp;  // not inlined
            return compare(opaque(a), opaque(b), 32) == 0;
        });
    });
    suite.control("== of string views", [] {
        return compares<32>([](const bytes& a, const bytes& b) {
            const std::string_view x{reinterpret_cast<const char*>(opaque(a)), 32};
            const std::string_view y{reinterpret_cast<const char*>(opaque(b)), 32};
            int (*volatile compare)(const char*, const char*, std::size_t) = &std::char_traits<char>::compare;
            return x == y && compare(x.data(), y.data(), 32) == 0;
        });
    });
    suite.control("halves joined by &&", [] {
        return compares<32>([](const bytes& a, const bytes& b) {
            std::uint64_t x[4];
            std::uint64_t y[4];
            std::memcpy(x, opaque(a), 32);
            std::memcpy(y, opaque(b), 32);
            for (std::uint64_t& word : x) asm volatile("" : "+r"(word));
            bool same = true;
            for (int i = 0; i < 4; ++i) {
                if (!(same && x[i] == y[i])) same = false;
                asm volatile("" : : : "memory");
                if (!same) break;
            }
            return same;
        });
    });
    suite.control("a wrong first byte that ends the check", [] {
        return compares<32>([](const bytes& a, const bytes& b) {
            const std::byte* const x = opaque(a);
            const std::byte* const y = opaque(b);
            if (x[0] != y[0]) {
                asm volatile("" : : : "memory");
                return false;
            }
            unsigned different = 0;
            for (std::size_t i = 1; i < 32; ++i) different |= std::to_integer<unsigned>(x[i] ^ y[i]);
            return different == 0;
        });
    });
    suite.control("a table of digits", [] {
        static volatile char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
        auto secrets = sample_bytes<32>();
        secret(secrets);
        const char c = digits[std::to_integer<std::size_t>(secrets[0]) & 63U];
        return declassified(c) != '\0';
    });
    suite.control("a number of rounds", [] {
        auto secrets = sample_bytes<32>();
        secret(secrets);
        unsigned sum = 1;
        for (unsigned i = 0; i < std::to_integer<unsigned>(secrets[0]); ++i) {
            sum = sum * 5 + i;
            asm volatile("" : "+r"(sum));
        }
        return declassified(sum) != 0;
    });
    suite.control("a refused byte of a secret", [] {
        secret_entropy<0xff> entropy;
        std::array<std::uint8_t, 32> digits{};
        const auto drawn = shearline::detail::draw_digits<62>(entropy, digits);
        return static_cast<bool>(drawn);
    });
    suite.control("a branch on the last bit", [] {
        auto secrets = sample_bytes<32>();
        secret(secrets);
        static volatile unsigned even = 0;
        static volatile unsigned odd = 0;
        if ((std::to_integer<unsigned>(secrets[31]) & 1U) != 0) {
            odd = odd + 1;
            asm volatile("" : : : "memory");
        } else {
            even = even + 1;
            asm volatile("" : : : "memory");
        }
        return true;
    });
    suite.control("a pointer that a secret chooses", [] {
        auto secrets = sample_bytes<32>();
        secret(secrets);
        static volatile char rows[2][64];
        const volatile char* const row = rows[std::to_integer<std::size_t>(secrets[1]) & 1U];
        return declassified(row[7]) == 0;
    });
}

}  // namespace shearline::inline v0_1::testing::detail

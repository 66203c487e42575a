// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SipHash-2-4-128 of several texts of one length at once, each in a lane of the processor's vectors.
// Depends on std; never on libsodium, with which it agrees.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::detail {

struct siphash_key {
    std::array<unsigned char, 16> bytes;
};
using siphash_tag = std::array<std::uint64_t, 2>;

/// Computes the tags of `count` texts of `size` bytes each.
using siphash_of_many = void (*)(const siphash_key& with, const char* const* texts, std::size_t size, std::size_t count,
                                 siphash_tag* tags) noexcept;

/// The instructions that a source is compiled for, as far as they change what is below: in the names of all functions
/// there, because a program may consist of sources with different ones, and each must call its own. (Not inline: it is
/// another number in each.)
// clang-format off
constexpr unsigned compiled_for = 0
#if defined(__SSSE3__)
    + 1
#endif
#if defined(__SSE4_1__)
    + 2
#endif
#if defined(__AVX__)
    + 4
#endif
#if defined(__AVX2__)
    + 8
#endif
#if defined(__BMI2__)
    + 16
#endif
#if defined(__AVX512F__)
    + 32
#endif
#if defined(__AVX512VL__)
    + 64
#endif
#if defined(__AVX512BW__)
    + 128
#endif
    ;
// clang-format on

struct two_lanes {
    static constexpr std::size_t count = 2;
    using type [[gnu::vector_size(16)]] = std::uint64_t;
};
struct four_lanes {
    static constexpr std::size_t count = 4;
    using type [[gnu::vector_size(32)]] = std::uint64_t;
};

/// A number of 8 bytes, the least significant one first.
[[gnu::always_inline]] inline std::uint64_t siphash_word(const void* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

/// The last word of a text: its last bytes, fewer than eight, and the length.
[[gnu::always_inline]] inline std::uint64_t siphash_last_word(const char* text, std::size_t size) noexcept {
    std::uint64_t word = std::uint64_t{size} << 56U;
    for (std::size_t at = size - size % 8; at < size; ++at)
        word |= std::uint64_t{static_cast<unsigned char>(text[at])} << (8 * (at % 8));
    return word;
}

/// `Rounds` rounds of SipHash in each lane.
template <int Rounds, typename Lanes>
[[gnu::always_inline]] inline void siphash_rounds(Lanes& a, Lanes& b, Lanes& c, Lanes& d) noexcept {
    for (int i = 0; i < Rounds; ++i) {
        a += b;
        b = (b << 13) | (b >> 51);
        b ^= a;
        a = (a << 32) | (a >> 32);
        c += d;
        d = (d << 16) | (d >> 48);
        d ^= c;
        a += d;
        d = (d << 21) | (d >> 43);
        d ^= a;
        c += b;
        b = (b << 17) | (b >> 47);
        b ^= c;
        c = (c << 32) | (c >> 32);
    }
}

/// The tags of as many texts as there are lanes. Neither branches nor addresses depend on key or texts.
template <typename Lanes>
[[gnu::always_inline]] inline void siphash_at_once(const siphash_key& with, const char* const* texts, std::size_t size,
                                                   siphash_tag* tags) noexcept {
    using lanes = typename Lanes::type;
    const std::uint64_t key[] = {siphash_word(with.bytes.data()), siphash_word(with.bytes.data() + 8)};
    const lanes zero{};
    lanes a = zero + (key[0] ^ std::uint64_t{0x736f'6d65'7073'6575U});
    lanes b = zero + (key[1] ^ std::uint64_t{0x646f'7261'6e64'6f6dU} ^ std::uint64_t{0xee});
    lanes c = zero + (key[0] ^ std::uint64_t{0x6c79'6765'6e65'7261U});
    lanes d = zero + (key[1] ^ std::uint64_t{0x7465'6462'7974'6573U});
    lanes word = zero;
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
        for (std::size_t i = 0; i < Lanes::count; ++i) word[i] = siphash_word(texts[i] + at);
        d ^= word;
        siphash_rounds<2>(a, b, c, d);
        a ^= word;
    }
    for (std::size_t i = 0; i < Lanes::count; ++i) word[i] = siphash_last_word(texts[i], size);
    d ^= word;
    siphash_rounds<2>(a, b, c, d);
    a ^= word;

    c ^= zero + std::uint64_t{0xee};
    siphash_rounds<4>(a, b, c, d);
    const lanes first = a ^ b ^ c ^ d;
    b ^= zero + std::uint64_t{0xdd};
    siphash_rounds<4>(a, b, c, d);
    const lanes second = a ^ b ^ c ^ d;
    for (std::size_t i = 0; i < Lanes::count; ++i) {  // as bytes, the least significant ones first
        const std::uint64_t words[] = {first[i], second[i]};
        tags[i] = {siphash_word(&words[0]), siphash_word(&words[1])};
    }
}

template <typename Lanes>
[[gnu::always_inline]] inline void siphash_in_lanes(const siphash_key& with, const char* const* texts, std::size_t size,
                                                    std::size_t count, siphash_tag* tags) noexcept {
    std::size_t done = 0;
    for (; done + Lanes::count <= count; done += Lanes::count)
        siphash_at_once<Lanes>(with, texts + done, size, tags + done);
    if (done == count) return;
    const char* rest[Lanes::count];
    siphash_tag of_rest[Lanes::count];
    for (std::size_t i = 0; i < Lanes::count; ++i) rest[i] = texts[done + i < count ? done + i : done];
    siphash_at_once<Lanes>(with, rest, size, of_rest);
    for (std::size_t i = 0; done < count; ++i, ++done) tags[done] = of_rest[i];
}

// Not inlined: no vector goes through a call, whatever the caller is compiled for.

/// With what every processor of this kind has: two lanes.
template <unsigned CompiledFor>
[[gnu::noinline]] void siphash_anywhere(const siphash_key& with, const char* const* texts, std::size_t size,
                                        std::size_t count, siphash_tag* tags) noexcept {
    siphash_in_lanes<two_lanes>(with, texts, size, count, tags);
}

#if defined(__x86_64__)
template <unsigned CompiledFor>
[[gnu::noinline, gnu::target("avx2")]] void siphash_avx2(const siphash_key& with, const char* const* texts,
                                                         std::size_t size, std::size_t count,
                                                         siphash_tag* tags) noexcept {
    siphash_in_lanes<four_lanes>(with, texts, size, count, tags);
}

/// Four lanes, too, of 256 bits: AVX-512VL rotates by one instruction, where AVX2 takes three.
template <unsigned CompiledFor>
[[gnu::noinline, gnu::target("avx512f,avx512vl")]] void siphash_avx512vl(const siphash_key& with,
                                                                         const char* const* texts, std::size_t size,
                                                                         std::size_t count,
                                                                         siphash_tag* tags) noexcept {
    siphash_in_lanes<four_lanes>(with, texts, size, count, tags);
}
#endif

/// The fastest for this processor. Thread-safe.
template <unsigned CompiledFor>
[[nodiscard]] siphash_of_many choose_siphash() noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0)
        return &siphash_avx512vl<CompiledFor>;
    if (__builtin_cpu_supports("avx2") != 0) return &siphash_avx2<CompiledFor>;
#endif
    return &siphash_anywhere<CompiledFor>;
}

}  // namespace shearline::inline v0_1::detail

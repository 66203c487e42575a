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

/// A number of 8 bytes, the least significant one first.
[[gnu::always_inline]] inline std::uint64_t siphash_word(const void* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

/// A word of each text.
template <typename Words>
[[gnu::always_inline]] inline void siphash_read(const char* const* texts, std::size_t at, Words& words) noexcept {
    Words read{};
    for (std::size_t i = 0; i < sizeof(Words) / sizeof(std::uint64_t); ++i) read[i] = siphash_word(texts[i] + at);
    words = read;
}

/// A text in each lane of a vector of 16 bytes.
struct two_lanes {
    static constexpr std::size_t count = 2;
    using type [[gnu::vector_size(16)]] = std::uint64_t;
    using halves [[gnu::vector_size(16)]] = std::uint32_t;  // of each lane

#if __has_builtin(__builtin_shufflevector)  // not in g++ 11
    [[gnu::always_inline]] static void exchange_halves(type& lanes) noexcept {
        const auto now = reinterpret_cast<halves>(lanes);
        lanes = reinterpret_cast<type>(__builtin_shufflevector(now, now, 1, 0, 3, 2));
    }
    [[gnu::always_inline]] static type words_at(const char* from) noexcept {
        type words;  // filled below
        std::memcpy(&words, from, sizeof(words));
        return words;
    }
    [[gnu::always_inline]] static void read_two(const char* const* texts, std::size_t at, type& first,
                                                type& second) noexcept {
        const type of_0 = words_at(texts[0] + at);
        const type of_1 = words_at(texts[1] + at);
        first = __builtin_shufflevector(of_0, of_1, 0, 2);
        second = __builtin_shufflevector(of_0, of_1, 1, 3);
    }
#endif
};
/// The same in 32 bytes.
struct four_lanes {
    static constexpr std::size_t count = 4;
    using type [[gnu::vector_size(32)]] = std::uint64_t;
    using halves [[gnu::vector_size(32)]] = std::uint32_t;

#if __has_builtin(__builtin_shufflevector)  // not in g++ 11
    [[gnu::always_inline]] static void exchange_halves(type& lanes) noexcept {
        const auto now = reinterpret_cast<halves>(lanes);
        lanes = reinterpret_cast<type>(__builtin_shufflevector(now, now, 1, 0, 3, 2, 5, 4, 7, 6));
    }
    [[gnu::always_inline]] static void read_two(const char* const* texts, std::size_t at, type& first,
                                                type& second) noexcept {
        const two_lanes::type of_0 = two_lanes::words_at(texts[0] + at);
        const two_lanes::type of_1 = two_lanes::words_at(texts[1] + at);
        const two_lanes::type of_2 = two_lanes::words_at(texts[2] + at);
        const two_lanes::type of_3 = two_lanes::words_at(texts[3] + at);
        const type even = __builtin_shufflevector(of_0, of_2, 0, 1, 2, 3);
        const type odd = __builtin_shufflevector(of_1, of_3, 0, 1, 2, 3);
        first = __builtin_shufflevector(even, odd, 0, 4, 2, 6);
        second = __builtin_shufflevector(even, odd, 1, 5, 3, 7);
    }
#endif
};

/// Exchanges the halves of each lane: a rotation by 32 bits.
template <typename Lanes>
[[gnu::always_inline]] inline void siphash_exchange_halves(typename Lanes::type& lanes) noexcept {
    if constexpr (requires { Lanes::exchange_halves(lanes); })
        Lanes::exchange_halves(lanes);
    else
        lanes = (lanes << 32) | (lanes >> 32);
}
/// Two words of each text: the first of all texts, and the second.
template <typename Lanes>
[[gnu::always_inline]] inline void siphash_read_two(const char* const* texts, std::size_t at,
                                                    typename Lanes::type& first,
                                                    typename Lanes::type& second) noexcept {
    if constexpr (std::endian::native == std::endian::little && requires { &Lanes::read_two; }) {
        Lanes::read_two(texts, at, first, second);
    } else {
        siphash_read(texts, at, first);
        siphash_read(texts, at + 8, second);
    }
}

/// SipHash of as many texts as there are lanes. Neither branches nor addresses depend on the key or the texts.
template <typename Lanes>
class siphash_state {
    using lanes = typename Lanes::type;

public:
    [[gnu::always_inline]] siphash_state(const siphash_key& with, const char* const* texts) noexcept : m_texts{texts} {
        const std::uint64_t key[] = {siphash_word(with.bytes.data()), siphash_word(with.bytes.data() + 8)};
        set(m_a, key[0] ^ std::uint64_t{0x736f'6d65'7073'6575U});
        set(m_b, key[1] ^ std::uint64_t{0x646f'7261'6e64'6f6dU} ^ std::uint64_t{0xee});
        set(m_c, key[0] ^ std::uint64_t{0x6c79'6765'6e65'7261U});
        set(m_d, key[1] ^ std::uint64_t{0x7465'6462'7974'6573U});
    }

    [[gnu::always_inline]] void round() noexcept {
        m_a += m_b;
        m_b = (m_b << 13) | (m_b >> 51);
        m_b ^= m_a;
        siphash_exchange_halves<Lanes>(m_a);
        m_c += m_d;
        m_d = (m_d << 16) | (m_d >> 48);
        m_d ^= m_c;
        m_a += m_d;
        m_d = (m_d << 21) | (m_d >> 43);
        m_d ^= m_a;
        m_c += m_b;
        m_b = (m_b << 17) | (m_b >> 47);
        m_b ^= m_c;
        siphash_exchange_halves<Lanes>(m_c);
    }

    /// Reads the next word of each text, or two.
    [[gnu::always_inline]] void read(std::size_t at) noexcept { siphash_read(m_texts, at, m_word); }
    [[gnu::always_inline]] void read_two(std::size_t at) noexcept {
        siphash_read_two<Lanes>(m_texts, at, m_word, m_after);
    }
    /// Reads the last word: the last bytes, fewer than eight, and the length.
    [[gnu::always_inline]] void read_last(std::size_t size) noexcept {
        const std::size_t bytes = size % 8;
        if (bytes == 0) {
            m_word = lanes{};
        } else if (size >= 8) {
            read(size - 8);
            m_word >>= 64 - 8 * bytes;
        } else {
            lanes word{};
            for (std::size_t i = 0; i < Lanes::count; ++i)
                for (std::size_t at = 0; at < bytes; ++at)
                    word[i] |= std::uint64_t{static_cast<unsigned char>(m_texts[i][at])} << (8 * at);
            m_word = word;
        }
        m_word |= std::uint64_t{size} << 56U;
    }

    // A word is absorbed by `before`, two rounds, and `after`; then `step` makes the second of two that were read the
    // next one.
    [[gnu::always_inline]] void before() noexcept { m_d ^= m_word; }
    [[gnu::always_inline]] void after() noexcept { m_a ^= m_word; }
    [[gnu::always_inline]] void step() noexcept { m_word = m_after; }

    // Each half of the tags takes four rounds.
    [[gnu::always_inline]] void before_first() noexcept { m_c ^= std::uint64_t{0xee}; }
    [[gnu::always_inline]] void before_second() noexcept {
        m_word = m_a ^ m_b ^ m_c ^ m_d;
        m_b ^= std::uint64_t{0xdd};
    }
    [[gnu::always_inline]] void write(siphash_tag* tags) noexcept {
        const lanes first = m_word;
        const lanes second = m_a ^ m_b ^ m_c ^ m_d;
        for (std::size_t i = 0; i < Lanes::count; ++i) {  // as bytes, the least significant ones first
            const std::uint64_t words[] = {first[i], second[i]};
            tags[i] = {siphash_word(&words[0]), siphash_word(&words[1])};
        }
    }

private:
    [[gnu::always_inline]] static void set(lanes& all, std::uint64_t word) noexcept {
        lanes each{};
        for (std::size_t i = 0; i < Lanes::count; ++i) each[i] = word;
        all = each;
    }

    const char* const* m_texts;
    lanes m_a;
    lanes m_b;
    lanes m_c;
    lanes m_d;
    lanes m_word;
    lanes m_after;
};

/// The rounds of several states in turn: the processor computes one while it would wait for another.
template <int Rounds, typename... States>
[[gnu::always_inline]] inline void siphash_rounds(States&... of) noexcept {
    for (int i = 0; i < Rounds; ++i) (of.round(), ...);
}
template <typename... States>
[[gnu::always_inline]] inline void siphash_absorb(States&... of) noexcept {
    (of.before(), ...);
    siphash_rounds<2>(of...);
    (of.after(), ...);
}

/// The tags of the texts of some states.
template <typename... States>
[[gnu::always_inline]] inline void siphash_finish(std::size_t size, States&... of) noexcept {
    std::size_t at = 0;
    for (; at + 16 <= size; at += 16) {
        (of.read_two(at), ...);
        siphash_absorb(of...);
        (of.step(), ...);
        siphash_absorb(of...);
    }
    if (at + 8 <= size) {
        (of.read(at), ...);
        siphash_absorb(of...);
    }
    (of.read_last(size), ...);
    siphash_absorb(of...);
    (of.before_first(), ...);
    siphash_rounds<4>(of...);
    (of.before_second(), ...);
    siphash_rounds<4>(of...);
}

template <typename Lanes>
[[gnu::always_inline]] inline void siphash_in_lanes(const siphash_key& with, const char* const* texts, std::size_t size,
                                                    std::size_t count, siphash_tag* tags) noexcept {
    std::size_t done = 0;
    for (; done + 2 * Lanes::count <= count; done += 2 * Lanes::count) {
        siphash_state<Lanes> one{with, texts + done};
        siphash_state<Lanes> two{with, texts + done + Lanes::count};
        siphash_finish(size, one, two);
        one.write(tags + done);
        two.write(tags + done + Lanes::count);
    }
    for (; done < count; done += Lanes::count) {
        const char* rest[Lanes::count];
        siphash_tag of_rest[Lanes::count];
        for (std::size_t i = 0; i < Lanes::count; ++i) rest[i] = texts[done + i < count ? done + i : done];
        siphash_state<Lanes> one{with, rest};
        siphash_finish(size, one);
        one.write(of_rest);
        for (std::size_t i = 0; i < Lanes::count && done + i < count; ++i) tags[done + i] = of_rest[i];
    }
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

/// The fastest for a processor that has these instructions.
template <unsigned CompiledFor>
[[nodiscard]] siphash_of_many siphash_for([[maybe_unused]] bool avx2, [[maybe_unused]] bool avx512vl) noexcept {
#if defined(__x86_64__)
    if (avx512vl) return &siphash_avx512vl<CompiledFor>;
    if (avx2) return &siphash_avx2<CompiledFor>;
#endif
    return &siphash_anywhere<CompiledFor>;
}

/// The fastest for this processor. Thread-safe.
template <unsigned CompiledFor>
[[nodiscard]] siphash_of_many choose_siphash() noexcept {
#if defined(__x86_64__)
    return siphash_for<CompiledFor>(__builtin_cpu_supports("avx2") != 0,
                                    __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0);
#else
    return siphash_for<CompiledFor>(false, false);
#endif
}

}  // namespace shearline::inline v0_1::detail

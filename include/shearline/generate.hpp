// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A fresh key of a format from an entropy source: uniform, unbiased, and in memory that is wiped.
// Depends on concepts.hpp, format/render.hpp and secret/; never on a digest or a keyring.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <shearline/concepts.hpp>
#include <shearline/error.hpp>
#include <shearline/format/constant_time.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/format/render.hpp>
#include <shearline/format/secret_floor.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/secret/secret_text.hpp>
#include <shearline/secret/wipe.hpp>

namespace shearline::inline v0_1 {

/// A key that nobody has yet. Move-only, as its text is.
template <typename Format>
struct generated_key {
    shearline::handle handle;  ///< 0 in a format that has none
    secret_text text;
};

namespace detail {

/// A draw is refused with a probability of at most 1/2, so that a sound source fails so many times in a row once in
/// 2^128 at most; one that does is stuck, and waiting for it would be a hang.
inline constexpr int max_draws = 128;

inline error stuck_entropy() { return {errc::unavailable, "the entropy source repeats itself; no key was made"}; }

/// A uniform number from 1 to `greatest`. Its bytes come lowest first, so that a source with a script gives the same
/// handles on every machine. A handle is public: this may branch on it.
template <entropy_source Entropy>
result<std::uint64_t> draw_number(Entropy& entropy, std::uint64_t greatest) {
    const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(greatest);
    for (int draw = 0; draw < max_draws; ++draw) {
        std::array<std::byte, sizeof(std::uint64_t)> drawn;
        const std::span<std::byte> bytes{drawn};
        if (auto filled = entropy.fill(bytes); !filled) return std::move(filled).error();
        std::uint64_t number = 0;
        for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8U | std::to_integer<std::uint64_t>(bytes[i]);
        number &= mask;
        if (number != 0 && number <= greatest) return number;
    }
    return stuck_entropy();
}

/// Fills `digits` with uniform numbers below `Size`: bytes, cut down to as many bits as `Size` needs, of which those
/// that are too great are refused (a remainder would favour the small ones). Whether a byte was refused is all that
/// branches and addresses depend on; it tells nothing about those that were kept.
template <std::size_t Size, entropy_source Entropy>
result<void> draw_digits(Entropy& entropy, std::span<std::uint8_t> digits) {
    static_assert(Size >= 2 && Size <= 256, "draw_digits: a digit of the alphabet must fit one byte");
    constexpr auto mask = static_cast<std::uint32_t>(std::bit_ceil(Size) - 1);
    std::size_t kept = 0;
    for (int draw = 0; draw < max_draws; ++draw) {
        const std::span<std::uint8_t> open = digits.subspan(kept);
        if (auto filled = entropy.fill(std::as_writable_bytes(open)); !filled) return filled;
        for (const std::uint8_t byte : open) {
            const std::uint32_t digit = byte & mask;
            digits[kept] = static_cast<std::uint8_t>(digit);
            kept += ~mask_if_at_least(digit, Size) & 1U;
        }
        if (kept == digits.size()) return {};
    }
    return stuck_entropy();
}

}  // namespace detail

/// Makes a key: its handle uniform from 1 to the format's greatest (2^64-1), its secret uniform over the alphabet. Both
/// come from `entropy` alone.
///
/// Errors: those of the source; `unavailable` where it repeats itself. Nothing of a key that was not finished stays in
/// memory. Constant-time in the secret but for which random bytes were refused, which are not part of it. O(chars).
/// Thread-safe where the source is.
template <typename Format, entropy_source Entropy>
result<generated_key<Format>> generate(Entropy& entropy) {
    static_assert(unguessable_format<Format>,
                  "generate: a secret under 128 bits can be guessed: give secret_field 22 base62 characters or more");
    generated_key<Format> fresh;
    if constexpr (Format::has_handle) {
        auto number = detail::draw_number(entropy, Format::greatest_handle);
        if (!number) return std::move(number).error();
        fresh.handle.value = *number;
    }
    std::array<std::uint8_t, Format::secret_chars> digits;
    const wipe_on_exit wipe{digits};
    if (auto drawn = detail::draw_digits<Format::alphabet::size>(entropy, digits); !drawn) {
        return std::move(drawn).error();
    }
    fresh.text = secret_text::with_chars(Format::chars);
    render<Format>(fresh.handle, digits, fresh.text.reveal_mutable(unsafe_reveal).template first<Format::chars>());
    return fresh;
}

/// Makes a key from the system's entropy. As above.
template <typename Format>
result<generated_key<Format>> generate() {
    system_entropy entropy;
    return generate<Format>(entropy);
}

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A new key of a format from an entropy source: uniform, unbiased, and in memory that is wiped.
// Depends on concepts.hpp, format/render.hpp and secret/; never on a digest or a keyring.
#pragma once

#include <array>
#include <bit>
#include <concepts>
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

/// A new key that has not been given to anybody. Move-only, as its text is.
template <typename Format>
struct generated_key {
    shearline::handle handle;  ///< 0 if the format has none
    secret_text text;          ///< `Format::chars` characters
};

namespace detail {

/// A draw is rejected with a probability of at most 1/2: a sound source is rejected so many times in a row with a
/// probability of at most 2^-128. A source for which that happens is broken, and drawing on could loop for ever.
inline constexpr int max_draws = 128;

inline error stuck_entropy() { return {errc::unavailable, "the entropy source repeats itself; no key was made"}; }

/// A uniform number from 1 to `greatest`. The bytes are read least significant first, so that a scripted source gives
/// the same handles on every machine. A handle is public: this may branch on it.
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

/// Fills `digits` with uniform numbers below `Size`. Each byte is masked to the bits that `Size` needs, and rejected if
/// it is still too great (a remainder would favour small digits). Branches and addresses depend only on which bytes
/// were rejected, which says nothing about those that were kept.
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

template <typename T>
concept fills_bytes = requires(T& source, const std::span<std::byte> out) { source.fill(out); };
template <typename T>
concept fill_gives_a_result = requires(T& source, const std::span<std::byte> out) {
    { source.fill(out) } -> std::same_as<result<void>>;
};

/// Says what a source of entropy lacks: a line for each mistake.
template <typename T>
struct entropy_mistakes {
    static_assert(fills_bytes<T>, "generate: Entropy lacks `result<void> fill(std::span<std::byte>) noexcept`");
    static_assert(!fills_bytes<T> || fill_gives_a_result<T>,
                  "generate: the `fill` of Entropy must return result<void>: an error where it has no bytes");
    static_assert(!fill_gives_a_result<T> || entropy_source<T>,
                  "generate: the `fill` of Entropy may throw: declare it noexcept");
};

}  // namespace detail

/// Makes a key. The handle is uniform from 1 to `Format::greatest_handle` (2^64-1 for `key_format`), the secret is
/// uniform over the alphabet; both come from `entropy` alone.
///
/// Errors: those of the source; `unavailable` if the source is stuck, that is, its bytes are rejected 128 times in a
/// row. An error leaves nothing of the key in memory. Constant-time in the secret: branches depend only on rejected
/// bytes, which are not part of it. O(chars) on average; one allocation. Thread-safe if the source is.
template <typename Format, typename Entropy>
result<generated_key<Format>> generate(Entropy& entropy) {
    static_assert(sizeof(detail::entropy_mistakes<Entropy>) > 0);
    static_assert(
        requires { typename Format::alphabet; },
        "generate: Format is no key format: of a bundle or an authority, give its `format`");
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

/// The same with the system's entropy. Thread-safe.
///
/// Example:
///     #include <shearline/format/key_format.hpp>
///     auto fresh = shearline::generate<shearline::key_format<"instance">>();
///     if (!fresh) return std::move(fresh).error();
///     const shearline::handle name = fresh->handle;                                // public: names the key
///     const std::string_view text = fresh->text.reveal(shearline::unsafe_reveal);  // for the owner alone
template <typename Format>
result<generated_key<Format>> generate() {
    system_entropy entropy;
    return generate<Format>(entropy);
}

}  // namespace shearline::inline v0_1

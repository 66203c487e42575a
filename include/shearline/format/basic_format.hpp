// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The grammar of a key as a type: parts of fixed width in one alphabet, checked at compile time.
// Depends on layout.hpp and environment.hpp; never on a crypto library.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <shearline/format/alphabet.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/format/fixed_string.hpp>
#include <shearline/format/layout.hpp>
#include <shearline/format/number.hpp>

namespace shearline::inline v0_1 {

/// The most characters that a key can have, so that it fits a header field, a log line and a small buffer.
inline constexpr std::size_t max_key_chars = 255;

namespace detail {

/// log2(size ^ digits), rounded down; exact for powers of two.
[[nodiscard]] constexpr std::size_t bits_of(std::size_t digits, std::size_t size) {
    std::uint64_t mantissa = 1;
    std::size_t exponent = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        mantissa *= size;
        const auto surplus = static_cast<std::size_t>(std::bit_width(mantissa >> 56));
        mantissa >>= surplus;
        exponent += surplus;
    }
    return exponent + static_cast<std::size_t>(std::bit_width(mantissa)) - 1;
}

struct no_checksum {
    static constexpr part_kind kind = part_kind::literal;
};

template <typename... Parts>
using last_of = typename decltype((std::type_identity<no_checksum>{}, ..., std::type_identity<Parts>{}))::type;

/// Whether a part is not a checksum, or has enough digits for every value of its algorithm.
template <typename Alphabet, typename Part>
[[nodiscard]] constexpr bool holds_every_checksum() noexcept {
    if constexpr (Part::kind == part_kind::checksum) {
        return Part::chars >= digits_for<Alphabet>(Part::algorithm::greatest);
    } else {
        return true;
    }
}

/// A literal that ends in a digit runs into the field after it: "ab" + "c…" looks like "abc" + "…".
template <typename Alphabet>
[[nodiscard]] constexpr bool ends_in_digit(std::string_view text) noexcept {
    return !text.empty() && Alphabet::decode(text.back()) != Alphabet::no_digit;
}

}  // namespace detail

/// A format. `Name` identifies it in stores and subkeys: it is unique, and never changes. `Parts` are `literal`
/// (first), `handle_field` (at most one, before the secret), `secret_field` (one) and `checksum_field` (at most one,
/// last), in the order of the text. Any secret length is allowed here, so that foreign formats can be read; generation,
/// authorities and verifiers require 128 bits (see `unguessable_format`). All members are known at compile time.
///
/// Example:
///     using acme_keys = shearline::basic_format<
///         "acme", shearline::environment::live, shearline::base62, shearline::literal<"acme-v1_">,
///         shearline::handle_field<11>, shearline::literal<"_">, shearline::secret_field<30>>;
///     static_assert(acme_keys::chars == 50 && acme_keys::secret_bits == 178 && !acme_keys::has_checksum);
template <fixed_string Name, environment Env, typename Alphabet, typename... Parts>
struct basic_format {
    static_assert(Name.size() > 0, "basic_format: give the format a name, such as \"instance\"");
    static_assert((format_part<Parts> && ...),
                  "basic_format: a part has no fixed width, so a text could be read in two ways: give only literal, "
                  "handle_field, secret_field and checksum_field");

    using alphabet = Alphabet;
    static constexpr std::string_view name = Name.view();
    static constexpr environment environment_of = Env;
    static constexpr auto layout = detail::place_parts<Parts...>();

    static_assert(detail::count_of(part_kind::secret, layout) == 1, "basic_format: give exactly one secret_field");
    static_assert(detail::count_of(part_kind::handle, layout) <= 1, "basic_format: give at most one handle_field");
    static_assert(detail::count_of(part_kind::checksum, layout) <= 1, "basic_format: give at most one checksum_field");
    static_assert(layout.front().kind == part_kind::literal,
                  "basic_format: begin with a literal: a key must tell its format by its first characters");
    static_assert((!detail::ends_in_digit<Alphabet>(Parts::text) && ...),
                  "basic_format: a literal ends in a digit of the alphabet and runs into the field after it: end it in "
                  "a character that the alphabet lacks, such as '_'");

    static constexpr std::string_view prefix = layout.front().text;  ///< the first literal
    static constexpr std::size_t chars = (Parts::chars + ... + 0);
    static_assert(chars <= max_key_chars, "basic_format: a key is longer than 255 characters: shorten its parts");

    static constexpr placed_part secret_part = detail::first_of(part_kind::secret, layout);
    static constexpr std::size_t secret_chars = secret_part.chars;
    static constexpr std::size_t secret_bits = detail::bits_of(secret_chars, Alphabet::size);  ///< rounded down

    static constexpr bool has_handle = detail::count_of(part_kind::handle, layout) == 1;
    static constexpr placed_part handle_part = detail::first_of(part_kind::handle, layout);
    static constexpr std::uint64_t greatest_handle = detail::greatest_number<Alphabet>(handle_part.chars);
    static_assert(!has_handle || handle_part.offset < secret_part.offset,
                  "basic_format: put the handle before the secret: what may be logged is the text before the secret");

    static constexpr bool has_checksum = detail::count_of(part_kind::checksum, layout) == 1;
    static constexpr placed_part checksum_part = detail::first_of(part_kind::checksum, layout);
    static_assert(!has_checksum || layout.back().kind == part_kind::checksum,
                  "basic_format: put the checksum last: what the digest covers is the text before it");
    static_assert((detail::holds_every_checksum<Alphabet, Parts>() && ...),
                  "basic_format: the checksum_field cannot hold every value of its checksum: give it more digits (6 of "
                  "base62 for crc32)");

    /// The `checksum_field`, if `has_checksum`.
    using checksum_type = detail::last_of<Parts...>;

    /// The characters that the checksum is computed over. `key` has `chars` characters. O(1).
    [[nodiscard]] static constexpr std::string_view covered_by_checksum(std::string_view key) noexcept {
        if constexpr (checksum_type::covered == covers::secret) {
            return secret_part.of(key);
        } else {
            return {key.data(), checksum_part.offset};
        }
    }
};

}  // namespace shearline::inline v0_1

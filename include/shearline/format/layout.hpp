// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The parts that a format consists of, each of a fixed width.
// Depends on fixed_string.hpp; never on a crypto library.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/format/alphabet.hpp>

namespace shearline::inline v0_1 {

/// The kind of a part of a key.
enum class part_kind : std::uint8_t { literal, handle, secret, checksum };

/// What a checksum is computed over.
enum class covers : std::uint8_t {
    all_before,  ///< every character before the checksum
    secret,      ///< the secret alone, as GitHub does
};

/// A checksum: its name for `grammar::notes`, its greatest value, and the value for a text; `of` is constant-time in
/// the characters, `of_vartime` is fast, and both give the same value. Thread-safe.
template <typename T>
concept checksum_algorithm = requires(std::string_view text) {
    { T::name } -> std::convertible_to<std::string_view>;
    { T::greatest } -> std::convertible_to<std::uint32_t>;
    { T::of(text) } noexcept -> std::same_as<std::uint32_t>;
    { T::of_vartime(text) } noexcept -> std::same_as<std::uint32_t>;
};

/// Characters that are the same in every key.
template <fixed_string Text>
struct literal {
    static_assert(Text.size() > 0 && detail::is_visible(Text.view()) && Text.view().find('"') == std::string_view::npos,
                  "literal<\"...\">: give one or more visible ASCII characters, and no double quote");
    static constexpr part_kind kind = part_kind::literal;
    static constexpr std::string_view text = Text.view();
    static constexpr std::size_t chars = text.size();
};

/// The handle: a number of `Chars` digits.
template <std::size_t Chars>
struct handle_field {
    static_assert(Chars > 0, "handle_field<Chars>: give at least one digit, or leave the field out");
    static constexpr part_kind kind = part_kind::handle;
    static constexpr std::string_view text{};
    static constexpr std::size_t chars = Chars;
};

/// The secret: `Chars` independent digits.
template <std::size_t Chars>
struct secret_field {
    static_assert(Chars > 0, "secret_field<Chars>: give at least one digit");
    static constexpr part_kind kind = part_kind::secret;
    static constexpr std::string_view text{};
    static constexpr std::size_t chars = Chars;
};

/// The checksum: a number of `Chars` digits, at the end of the key.
template <std::size_t Chars, typename Algorithm, covers Covered>
struct checksum_field {
    static_assert(checksum_algorithm<Algorithm>,
                  "checksum_field<Chars, Algorithm, Covered>: Algorithm must have what crc32 has");
    static_assert(Chars > 0, "checksum_field<Chars, ...>: give at least one digit, or leave the field out");
    static constexpr part_kind kind = part_kind::checksum;
    static constexpr std::string_view text{};
    static constexpr std::size_t chars = Chars;
    static constexpr covers covered = Covered;
    using algorithm = Algorithm;
};

/// One of the four parts above. Each has a fixed width, so that a text can be read in one way only.
template <typename T>
concept format_part = requires {
    { T::kind } -> std::convertible_to<part_kind>;
    { T::text } -> std::convertible_to<std::string_view>;
    { T::chars } -> std::convertible_to<std::size_t>;
};

/// A part and its place in the key.
struct placed_part {
    part_kind kind{};
    std::size_t offset = 0;  ///< in chars from the start of the key
    std::size_t chars = 0;
    std::string_view text{};  ///< of a literal

    /// This part of a key. `key` has as many characters as the format. O(1).
    [[nodiscard]] constexpr std::string_view of(std::string_view key) const noexcept {
        return {key.data() + offset, chars};
    }
};

namespace detail {

template <typename... Parts>
[[nodiscard]] constexpr auto place_parts() {
    std::size_t offset = 0;
    return std::array<placed_part, sizeof...(Parts)>{
        placed_part{Parts::kind, (offset += Parts::chars) - Parts::chars, Parts::chars, Parts::text}...};
}

template <std::size_t Count>
[[nodiscard]] constexpr std::size_t count_of(part_kind kind, const std::array<placed_part, Count>& layout) {
    std::size_t count = 0;
    for (const placed_part& part : layout) count += part.kind == kind ? 1U : 0U;
    return count;
}

/// The first part of a kind, or an empty part at the end if there is none.
template <std::size_t Count>
[[nodiscard]] constexpr placed_part first_of(part_kind kind, const std::array<placed_part, Count>& layout) {
    for (const placed_part& part : layout) {
        if (part.kind == kind) return part;
    }
    return {.kind = kind, .offset = layout.back().offset + layout.back().chars};
}

}  // namespace detail
}  // namespace shearline::inline v0_1

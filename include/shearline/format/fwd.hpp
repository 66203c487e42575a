// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The names of results, errors and key text, for a client, a linter or a log scrubber that wants no more than those.
// Depends on std; never on a definition of ours, nor on <chrono>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace shearline::inline v0_1 {

// 0
class error;
struct format_error;
enum class errc : std::uint8_t;
enum class format_errc : std::uint8_t;
template <typename T, typename E = error>
class result;

// 1: key text
template <std::size_t Size>
struct fixed_string;
enum class environment : std::uint8_t;
struct handle;
enum class part_kind : std::uint8_t;
enum class covers : std::uint8_t;
struct placed_part;
template <std::size_t Chars>
struct handle_field;
template <std::size_t Chars>
struct secret_field;
template <std::size_t Chars, typename Algorithm, covers Covered>
struct checksum_field;
struct crc32;
template <typename Format>
struct unsafe_short_secret;
struct parsed_key;
class masked_key;
template <typename Format>
struct grammar;
template <typename Format>  // NOLINTNEXTLINE(readability-redundant-declaration): the concepts need it
constexpr result<parsed_key, format_error> parse(std::string_view text) noexcept;

}  // namespace shearline::inline v0_1

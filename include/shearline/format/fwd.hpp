// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Forward declarations of the types of key text alone, for a client, a linter or a log scrubber. fwd.hpp has them, too.
// Depends on result.hpp; never on another definition of ours, nor on <chrono>.
#pragma once

#include <cstddef>
#include <cstdint>

#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

enum class format_errc : std::uint8_t;
struct format_error;
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

}  // namespace shearline::inline v0_1

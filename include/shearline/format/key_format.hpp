// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The library's own formats: `<prefix>_<handle><secret><checksum>`, and `<prefix>_test_…` for the test environment.
// Depends on basic_format.hpp and checksum.hpp; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/format/alphabet.hpp>
#include <shearline/format/basic_format.hpp>
#include <shearline/format/checksum.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/format/fixed_string.hpp>
#include <shearline/format/layout.hpp>
#include <shearline/format/number.hpp>
#include <shearline/format/secret_floor.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// [a-z][a-z0-9_]* not ending in '_'.
[[nodiscard]] constexpr bool is_key_prefix(std::string_view prefix) {
    constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view others = "abcdefghijklmnopqrstuvwxyz0123456789_";
    return !prefix.empty() && lower.find(prefix.front()) != std::string_view::npos &&
           prefix.find_first_not_of(others) == std::string_view::npos && !prefix.ends_with('_');
}

template <fixed_string Prefix, fixed_string Marker, environment Env, std::size_t SecretChars, typename Alphabet>
struct checked_key_format {
    static_assert(is_key_prefix(Prefix.view()),
                  "key_format<\"prefix\">: write the prefix in lower-case letters, digits and '_', beginning with a "
                  "letter and not ending in '_', such as \"instance\"");
    static_assert(!Prefix.view().ends_with("_test"),
                  "key_format<\"x_test\">: its keys would look like the test keys of \"x\": write "
                  "test_key_format<\"x\">");

    using type = basic_format<Prefix + Marker, Env, Alphabet, literal<Prefix + Marker + fixed_string{"_"}>,
                              handle_field<digits_for<Alphabet>(UINT64_MAX)>, secret_field<SecretChars>,
                              checksum_field<digits_for<Alphabet>(crc32::greatest), crc32, covers::all_before>>;

    static_assert(unguessable_format<type>,
                  "key_format<\"prefix\", SecretChars>: a secret below 128 bits can be guessed: give more characters "
                  "(22 or more of base62; the default of 32 has 190 bits)");
};

}  // namespace detail

/// Live keys: `instance_` + handle (11 base62 digits) + secret (32) + checksum (6) = 58 characters for "instance". All
/// are letters, digits or '_', so that a double click selects the whole key. The secret has 190 bits by default; fewer
/// than 128 do not compile. `Prefix` is `[a-z][a-z0-9_]*` and does not end in '_' or "_test".
///
/// Example:
///     using live_keys = shearline::key_format<"instance">;
///     using test_keys = shearline::test_key_format<"instance">;
///     static_assert(live_keys::chars == 58 && live_keys::secret_bits == 190);
///     static_assert(live_keys::prefix == "instance_" && test_keys::prefix == "instance_test_");
template <fixed_string Prefix, std::size_t SecretChars = 32, typename Alphabet = base62>
using key_format = typename detail::checked_key_format<Prefix, "", environment::live, SecretChars, Alphabet>::type;

/// Test keys: `instance_test_…`, a separate format named "instance_test". A live verifier does not accept test keys,
/// nor the other way round.
template <fixed_string Prefix, std::size_t SecretChars = 32, typename Alphabet = base62>
using test_key_format =
    typename detail::checked_key_format<Prefix, "_test", environment::test, SecretChars, Alphabet>::type;

}  // namespace shearline::inline v0_1

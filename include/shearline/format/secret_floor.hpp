// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The least length of the secret of a product's keys, and the one exception, for tests.
// Depends on std; never on a crypto library.
#pragma once

#include <cstddef>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The least number of bits of a secret: fewer can be guessed.
inline constexpr std::size_t least_secret_bits = 128;

/// `Format`, allowed to have a short secret, for a test that tries all secrets. Its keys can be guessed: never use one.
template <typename Format>
struct unsafe_short_secret : Format {
    static constexpr bool unsafe_secret_may_be_short = true;
};

/// A format for the keys of a product: its `secret_bits` are at least `least_secret_bits`, or it is an
/// `unsafe_short_secret`. A format without `secret_bits` does not qualify.
template <typename Format>
concept unguessable_format = requires { requires Format::secret_bits >= least_secret_bits; } ||
                             requires { requires Format::unsafe_secret_may_be_short; };

}  // namespace shearline::inline v0_1

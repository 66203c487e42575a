// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How long the secret of a product's key must be, and the one way around it, for tests.
// Depends on std; never on a crypto library.
#pragma once

#include <cstddef>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A secret of fewer bits can be guessed.
inline constexpr std::size_t least_secret_bits = 128;

/// A format with a short secret, for a test that has to try all of them. Anybody can guess its keys: never give one
/// out. Everything else is as in `Format`.
template <typename Format>
struct unsafe_short_secret : Format {
    static constexpr bool unsafe_secret_may_be_short = true;
};

/// A format that product keys can have: its `secret_bits` are at least `least_secret_bits`. A format that does not say
/// how many bits its secret has does not qualify.
template <typename Format>
concept unguessable_format = requires { requires Format::secret_bits >= least_secret_bits; } ||
                             requires { requires Format::unsafe_secret_may_be_short; };

}  // namespace shearline::inline v0_1

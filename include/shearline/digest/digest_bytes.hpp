// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The type of a digest.
// Depends on std; never on an algorithm.
#pragma once

#include <array>
#include <cstddef>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A keyed hash of a key's text. Not wiped: it is stored. Not printed either, and compared by `constant_time_equal`
/// only: whoever can guess a digest byte by byte needs no key.
using digest_bytes = std::array<std::byte, 32>;

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The type of a digest.
// Depends on std; never on an algorithm.
#pragma once

#include <array>
#include <cstddef>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The keyed hash of the text of a key: 32 bytes. Not wiped, because it is stored. Do not print it, and compare it with
/// `constant_time_equal` only: from another comparison an attacker could learn it byte by byte.
using digest_bytes = std::array<std::byte, 32>;

}  // namespace shearline::inline v0_1

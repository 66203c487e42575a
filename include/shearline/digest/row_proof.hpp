// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What proves a row of a store, and the id of a store, which every proof is bound to.
// Depends on digest/digest_bytes.hpp; never on a keyring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <shearline/digest/digest_bytes.hpp>

namespace shearline::inline v0_1 {

/// The name of a store: 16 random bytes, given to it once. Proofs of one store prove nothing in another.
using store_id = std::array<std::byte, 16>;

/// A proof that this library wrote a row: an HMAC-SHA256 over its fields, under a proof key of the keyring. Not secret;
/// compare the `mac`s with `constant_time_equal` only.
struct row_proof {
    std::uint32_t key = 0;  ///< the number of the proof key, from 1; 0: not proved
    digest_bytes mac{};
};

}  // namespace shearline::inline v0_1

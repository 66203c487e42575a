// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A key's text under encryption, as a store keeps it where the custody is `recoverable`.
// Depends on std; never on a crypto library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Opens only with the sealing key of that number, and only as the key that it was sealed as.
struct sealed_text {
    std::uint32_t sealing_key = 0;      ///< its number in the keyring
    std::array<std::byte, 24> nonce{};  ///< random, new for every sealing
    std::vector<std::byte> box{};       ///< ciphertext and its 16-byte tag
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The encrypted text of a key, as a store keeps it if the custody is `recoverable`.
// Depends on std; never on a crypto library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The encrypted text of a key. It opens only with its sealing key, and only with the binding that it was sealed with.
struct sealed_text {
    std::uint32_t sealing_key = 0;      ///< its number in the keyring
    std::array<std::byte, 24> nonce{};  ///< random, new for every sealing
    std::vector<std::byte> box{};       ///< ciphertext and its 16-byte tag
};

}  // namespace shearline::inline v0_1

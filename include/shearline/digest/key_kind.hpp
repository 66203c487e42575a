// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The kind and the status of a key of a keyring, and the check value that identifies it.
// Depends on std; never on a keyring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// What a key of the keyring is for.
enum class key_kind : std::uint8_t {
    pepper = 1,  ///< the hash key of the digests of API keys
    sealing,     ///< seals the texts of API keys, if the custody is `recoverable`
    proof,       ///< proves the rows of stores: one that was edited by hand grants nothing
};

/// The status of a key of the keyring. It only changes to one further down this list.
enum class key_status : std::uint8_t {
    current = 1,  ///< used for new digests, sealed texts and proofs; the last of its kind
    retired,      ///< its digests and proofs still verify, and its sealed texts still open
    dropped,      ///< deleted: what was made with it is useless; only its number and its check value are kept
};

/// The word for a kind, as in the file of a keyring; a static string. O(1).
[[nodiscard]] constexpr std::string_view to_string(key_kind kind) noexcept {
    switch (kind) {
        case key_kind::pepper: return "pepper";
        case key_kind::sealing: return "sealing";
        case key_kind::proof: return "proof";
    }
    return "unknown";
}

/// The word for a status, as in the file of a keyring; a static string. O(1).
[[nodiscard]] constexpr std::string_view to_string(key_status status) noexcept {
    switch (status) {
        case key_status::current: return "current";
        case key_status::retired: return "retired";
        case key_status::dropped: return "dropped";
    }
    return "unknown";
}

/// The check value of a key: 8 bytes that identify it, and reveal nothing else about it.
using check_bytes = std::array<std::byte, 8>;

}  // namespace shearline::inline v0_1

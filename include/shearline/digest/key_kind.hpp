// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a key of a keyring is for, how far its life has gone, and by what it is recognised.
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
    pepper = 1,  ///< keys the digests of API keys
    sealing,     ///< seals the texts of API keys, where the custody is `recoverable`
};

/// How far the life of a key has gone: it only moves down this list.
enum class key_status : std::uint8_t {
    current = 1,  ///< what is new is made under it; the last of its kind
    retired,      ///< what was made under it still verifies and opens
    dropped,      ///< gone: what was made under it is lost; its number and check value stay as its tombstone
};

/// The word for a kind, as in the file.
[[nodiscard]] constexpr std::string_view to_string(key_kind kind) noexcept {
    return kind == key_kind::pepper ? "pepper" : "sealing";
}

/// The word for a status, as in the file.
[[nodiscard]] constexpr std::string_view to_string(key_status status) noexcept {
    switch (status) {
        case key_status::current: return "current";
        case key_status::retired: return "retired";
        case key_status::dropped: return "dropped";
    }
    return "unknown";
}

/// Eight bytes by which a key is recognised; they tell nothing else about it.
using check_bytes = std::array<std::byte, 8>;

}  // namespace shearline::inline v0_1

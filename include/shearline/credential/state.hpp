// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The states of a key, and the table of permitted transitions: a state only moves forward.
// Depends on result.hpp; never on a record or a clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// pending → active → retiring → revoked: states can be skipped, and a key never goes back. The numbers are stored. An
/// expired credential and the end of a grace are not states: they are computed (see `standing_at`).
enum class key_state : std::uint8_t {
    pending = 1,   ///< reserved: not active yet. Nothing makes such a key yet; it is for keys that are activated later
    active = 2,    ///< valid
    retiring = 3,  ///< replaced, and valid until its grace ends
    revoked = 4,   ///< invalid, for good
};

/// The name of a state; a static string. O(1).
[[nodiscard]] constexpr std::string_view to_string(key_state state) noexcept {
    switch (state) {
        case key_state::pending: return "pending";
        case key_state::active: return "active";
        case key_state::retiring: return "retiring";
        case key_state::revoked: return "revoked";
    }
    return "unknown";
}

/// Whether a value is one of the states: a store may give any number that fits. O(1).
[[nodiscard]] constexpr bool is_key_state(key_state state) noexcept {
    return state >= key_state::pending && state <= key_state::revoked;
}

/// Whether a key may change from one state to the other: from pending to active or revoked, from active to retiring or
/// revoked, from retiring to revoked. O(1).
[[nodiscard]] constexpr bool may_move(key_state from, key_state to) noexcept {
    switch (from) {
        case key_state::pending: return to == key_state::active || to == key_state::revoked;
        case key_state::active: return to == key_state::retiring || to == key_state::revoked;
        case key_state::retiring: return to == key_state::revoked;
        case key_state::revoked: return false;
    }
    return false;
}

/// The state of a stored number; `corrupt` for a number that is not a state. O(1).
[[nodiscard]] inline result<key_state> key_state_from(std::int64_t stored) {
    if (stored < 1 || stored > 4) return error{errc::corrupt, "no key state has the number " + std::to_string(stored)};
    return static_cast<key_state>(stored);
}

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The states of a key, and the one table of the moves between them: a state only ever moves forward.
// Depends on result.hpp; never on a record or a clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// pending → active → retiring → revoked, where steps may be left out and none is taken back. The numbers are stored.
/// That a credential has expired, and that a retiring key's grace is over, are not states: they are computed.
enum class key_state : std::uint8_t {
    pending = 1,   ///< made, and not yet good
    active = 2,    ///< good
    retiring = 3,  ///< replaced, and still good until its grace is over
    revoked = 4,   ///< dead, for good
};

/// The name of a state, as stores and the console show it.
[[nodiscard]] constexpr std::string_view to_string(key_state state) noexcept {
    switch (state) {
        case key_state::pending: return "pending";
        case key_state::active: return "active";
        case key_state::retiring: return "retiring";
        case key_state::revoked: return "revoked";
    }
    return "unknown";
}

/// Whether a key may go from one state to the other. The whole table: a pending key is activated or withdrawn, an
/// active one retires or dies, a retiring one dies.
[[nodiscard]] constexpr bool may_move(key_state from, key_state to) noexcept {
    switch (from) {
        case key_state::pending: return to == key_state::active || to == key_state::revoked;
        case key_state::active: return to == key_state::retiring || to == key_state::revoked;
        case key_state::retiring: return to == key_state::revoked;
        case key_state::revoked: return false;
    }
    return false;
}

/// The state that a stored number stands for; `corrupt` for a number that stands for none.
[[nodiscard]] inline result<key_state> key_state_from(std::int64_t stored) {
    if (stored < 1 || stored > 4) return error{errc::corrupt, "a key's state is " + std::to_string(stored)};
    return static_cast<key_state>(stored);
}

}  // namespace shearline::inline v0_1

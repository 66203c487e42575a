// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One key of a credential as stored, its moves from state to state, and what it is worth at a given moment.
// Depends on credential/ and digest/stored_digest.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shearline/clock.hpp>
#include <shearline/credential/credential.hpp>
#include <shearline/credential/sealed_text.hpp>
#include <shearline/credential/state.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/error.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// One key as stored. Its text is not in it, except sealed where the custody is `recoverable`.
struct record {
    std::string format;  ///< the name of the key's format; (format, handle) names the record
    shearline::handle handle;
    credential_id credential;
    std::uint32_t generation = 1;  ///< 1 for a credential's first key, and one more with each rotation
    key_state state = key_state::active;
    stored_digest digest;
    timestamp created_at;
    std::optional<timestamp> retires_at{};  ///< the end of the grace, where the state is `retiring`
    std::optional<timestamp> revoked_at{};
    std::optional<timestamp> last_used_at{};
    std::uint64_t uses = 0;
    std::optional<sealed_text> sealed{};  ///< none under `show_once`, and none once the key is revoked
};

/// Moves a key to `retiring` until `until`. `illegal_state` unless it was active; the record is then unchanged.
[[nodiscard]] inline result<void> retire(record& key, timestamp until) {
    if (!may_move(key.state, key_state::retiring))
        return error{errc::illegal_state, "a key that is " + std::string{to_string(key.state)} + " cannot retire"};
    key.state = key_state::retiring;
    key.retires_at = until;
    return {};
}

/// Moves a key to `revoked` and drops its sealed text. `illegal_state` where it was revoked before; the record, and
/// with it the time at which that happened, is then unchanged.
[[nodiscard]] inline result<void> revoke(record& key, timestamp now) {
    if (!may_move(key.state, key_state::revoked)) return error{errc::illegal_state, "the key is revoked already"};
    key.state = key_state::revoked;
    key.revoked_at = now;
    key.sealed.reset();
    return {};
}

/// What a key is worth at a moment: its state, and what time and its credential make of it.
enum class key_standing : std::uint8_t {
    revoked = 1,
    grace_over,  ///< retiring, and the grace has ended
    pending,
    expired,
    not_yet_valid,
    suspended,
    retiring,  ///< good until `retires_at`
    active,    ///< good
};

/// The name of a standing, as the console shows it.
[[nodiscard]] constexpr std::string_view to_string(key_standing standing) noexcept {
    switch (standing) {
        case key_standing::revoked: return "revoked";
        case key_standing::grace_over: return "retired";
        case key_standing::pending: return "pending";
        case key_standing::expired: return "expired";
        case key_standing::not_yet_valid: return "not yet valid";
        case key_standing::suspended: return "suspended";
        case key_standing::retiring: return "retiring";
        case key_standing::active: return "active";
    }
    return "unknown";
}

/// The standing of a key of `owner` at `now`; what is final comes before what may pass. A moment in time belongs to
/// what begins with it: a key that expires at noon is not good at noon.
[[nodiscard]] constexpr key_standing standing_at(const credential& owner, const record& key, timestamp now) noexcept {
    if (key.state == key_state::revoked || owner.revoked_at) return key_standing::revoked;
    if (key.state == key_state::retiring && (!key.retires_at || now >= *key.retires_at))
        return key_standing::grace_over;
    if (key.state == key_state::pending) return key_standing::pending;
    if (owner.expires_at && now >= *owner.expires_at) return key_standing::expired;
    if (owner.not_before && now < *owner.not_before) return key_standing::not_yet_valid;
    if (owner.suspended) return key_standing::suspended;
    return key.state == key_state::retiring ? key_standing::retiring : key_standing::active;
}

/// Whether a key in this standing may still open something, now or after a resume: neither dead nor run out.
[[nodiscard]] constexpr bool is_live(key_standing standing) noexcept {
    return standing != key_standing::revoked && standing != key_standing::grace_over &&
           standing != key_standing::expired;
}

}  // namespace shearline::inline v0_1

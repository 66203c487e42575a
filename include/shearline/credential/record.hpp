// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One key of a credential as stored, its changes of state, and whether it is valid at a given moment.
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

/// One key as stored. It does not hold the text of the key, except sealed if the custody is `recoverable`.
struct record {
    std::string format;  ///< the name of the format; (format, handle) identifies the record
    shearline::handle handle;
    credential_id credential;
    std::uint32_t generation = 1;  ///< 1 for a credential's first key, and one more with each rotation
    key_state state = key_state::active;
    stored_digest digest;
    timestamp created_at;
    std::optional<timestamp> retires_at{};  ///< the end of the grace, if the state is `retiring`
    std::optional<timestamp> revoked_at{};
    std::optional<timestamp> last_used_at{};  ///< this and `uses` are written later than the use
    std::uint64_t uses = 0;
    std::optional<sealed_text> sealed{};  ///< empty under `show_once`, and after the key was revoked
};

/// Changes the state of an active key to `retiring`, valid until `until`. `illegal_state` from any other state; the
/// record is then unchanged. O(1).
[[nodiscard]] inline result<void> retire(record& key, timestamp until) {
    if (!may_move(key.state, key_state::retiring))
        return error{errc::illegal_state, "a key that is " + std::string{to_string(key.state)} + " cannot retire"};
    key.state = key_state::retiring;
    key.retires_at = until;
    return {};
}

/// Changes the state of a key to `revoked` and deletes its sealed text. `illegal_state` if it is revoked already; the
/// record, `revoked_at` too, is then unchanged. O(1).
[[nodiscard]] inline result<void> revoke(record& key, timestamp now) {
    if (!may_move(key.state, key_state::revoked)) return error{errc::illegal_state, "the key is already revoked"};
    key.state = key_state::revoked;
    key.revoked_at = now;
    key.sealed.reset();
    return {};
}

/// Whether a key is valid at a moment, and if not, why: from its state, its credential and the time.
enum class key_standing : std::uint8_t {
    revoked = 1,    ///< the key or its credential was revoked
    grace_over,     ///< retiring, and the grace has ended
    pending,        ///< reserved: not active yet (see `key_state::pending`)
    expired,        ///< the credential has reached its `expires_at`
    not_yet_valid,  ///< the credential has not reached its `not_before`
    suspended,      ///< the credential is suspended
    retiring,       ///< valid until `retires_at`
    active,         ///< valid
};

/// The name of a standing, for people; a static string. O(1).
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

/// The standing of a key of `owner` at `now`. If several apply, the first in the order of `key_standing`: final ones
/// come first. A key that expires at noon is not valid at noon; one that is valid from noon is. O(1); thread-safe.
[[nodiscard]] constexpr key_standing standing_at(const credential& owner, const record& key, timestamp now) noexcept {
    if (!is_key_state(key.state) || key.state == key_state::revoked || owner.revoked_at) return key_standing::revoked;
    if (key.state == key_state::retiring && (!key.retires_at || now >= *key.retires_at))
        return key_standing::grace_over;
    if (key.state == key_state::pending) return key_standing::pending;
    if (owner.expires_at && now >= *owner.expires_at) return key_standing::expired;
    if (owner.not_before && now < *owner.not_before) return key_standing::not_yet_valid;
    if (owner.suspended) return key_standing::suspended;
    return key.state == key_state::retiring ? key_standing::retiring : key_standing::active;
}

/// Whether a key in this standing is valid or can still become valid: it is not revoked, its grace has not ended, and
/// its credential has not expired. O(1).
[[nodiscard]] constexpr bool is_live(key_standing standing) noexcept {
    return standing != key_standing::revoked && standing != key_standing::grace_over &&
           standing != key_standing::expired;
}

}  // namespace shearline::inline v0_1

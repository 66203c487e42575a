// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The answer of a verification: a grant or a denial, never an error; and the one table of reasons, faces and statuses.
// Depends on credential/ and format/handle.hpp; never on a store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/format/format_error.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// Why a verification was denied. Private: for logs and metrics, never for the client.
enum class reason : std::uint8_t {
    malformed = 1,      ///< the text has a wrong prefix, length, character or number
    wrong_checksum,     ///< the text is mistyped or made up; the store was not asked
    unknown_handle,     ///< no record has this handle
    wrong_secret,       ///< the handle is known, but the secret is wrong
    wrong_hash,         ///< the digest in the record was made with another hash than the product's
    pepper_dropped,     ///< the pepper of the record was dropped from the keyring: the key can no longer be checked
    store_unavailable,  ///< the store did not answer
    stale,              ///< the data may be outdated: no contact with the store, a restored store, or a forked process
    unproved,           ///< the rows of the credential are not those that this library wrote: they were edited
    pending,            ///< reserved: the key is not active yet (see `key_state::pending`)
    revoked,            ///< the key was revoked
    grace_over,         ///< the key was replaced, and its grace has ended
    expired,            ///< the credential has reached its `expires_at`
    not_yet_valid,      ///< the credential has not reached its `not_before`
    suspended,          ///< the credential is suspended
    missing_scope,      ///< the credential does not hold the required scope
};

/// What the client is told.
enum class face : std::uint8_t {
    invalid_key,  ///< this key does not work
    not_allowed,  ///< the key may not do this, or not now
    limited,      ///< reserved: too many requests. No reason has this face yet; it is for rate limits
    unavailable,  ///< keys cannot be verified at the moment
};

/// One row for each reason: its name for logs, and the face that the client sees. `before_proof` marks the reasons that
/// are given before the secret has been checked: their face is `invalid_key` or `unavailable`, which tell nothing more.
struct reason_row {
    shearline::reason why;
    std::string_view name;
    shearline::face face;
    bool before_proof;
};

/// Every reason, in the order of `reason`.
inline constexpr reason_row reason_table[] = {
    {reason::malformed, "malformed", face::invalid_key, true},
    {reason::wrong_checksum, "wrong_checksum", face::invalid_key, true},
    {reason::unknown_handle, "unknown_handle", face::invalid_key, true},
    {reason::wrong_secret, "wrong_secret", face::invalid_key, true},
    {reason::wrong_hash, "wrong_hash", face::invalid_key, true},
    {reason::pepper_dropped, "pepper_dropped", face::invalid_key, true},
    {reason::store_unavailable, "store_unavailable", face::unavailable, true},
    {reason::stale, "stale", face::unavailable, true},
    {reason::unproved, "unproved", face::invalid_key, false},
    {reason::pending, "pending", face::invalid_key, false},
    {reason::revoked, "revoked", face::invalid_key, false},
    {reason::grace_over, "grace_over", face::invalid_key, false},
    {reason::expired, "expired", face::invalid_key, false},
    {reason::not_yet_valid, "not_yet_valid", face::not_allowed, false},
    {reason::suspended, "suspended", face::not_allowed, false},
    {reason::missing_scope, "missing_scope", face::not_allowed, false},
};

/// The row of a reason, which must be an enumerator. O(1); thread-safe.
[[nodiscard]] constexpr const reason_row& row_of(reason why) noexcept {
    return reason_table[static_cast<std::size_t>(why) - 1];
}

/// The name of a reason, for logs and metrics: a static string of `[a-z_]`.
[[nodiscard]] constexpr std::string_view to_string(reason why) noexcept {
    for (const reason_row& row : reason_table)
        if (row.why == why) return row.name;
    return "unknown";
}

static_assert(
    [] {
        for (const reason_row& row : reason_table) {
            if (row_of(row.why).why != row.why) return false;
            if (row.before_proof && row.face != face::invalid_key && row.face != face::unavailable) return false;
        }
        return true;
    }(),
    "reason_table: keep the order of the enumerators, and before the secret is proved show only invalid_key or "
    "unavailable");

/// Why a key in this standing is refused, or nothing if it is valid. O(1).
[[nodiscard]] constexpr std::optional<reason> refusal_of(key_standing standing) noexcept {
    switch (standing) {
        case key_standing::revoked: return reason::revoked;
        case key_standing::grace_over: return reason::grace_over;
        case key_standing::pending: return reason::pending;
        case key_standing::expired: return reason::expired;
        case key_standing::not_yet_valid: return reason::not_yet_valid;
        case key_standing::suspended: return reason::suspended;
        case key_standing::retiring:
        case key_standing::active: return std::nullopt;
    }
    return reason::revoked;
}

/// Why a text that does not parse is refused. O(1).
[[nodiscard]] constexpr reason reason_of(format_error wrong) noexcept {
    return wrong.code == format_errc::wrong_checksum ? reason::wrong_checksum : reason::malformed;
}

/// The HTTP status of a face: 401, 403, 429 or 503 (RFC 9110 §15.5, RFC 6585 §4). O(1).
[[nodiscard]] constexpr unsigned status_of(face shown) noexcept {
    switch (shown) {
        case face::invalid_key: return 401;
        case face::not_allowed: return 403;
        case face::limited: return 429;
        case face::unavailable: return 503;
    }
    return 503;
}

/// A denial: a private reason and a public face. A literal type; each member is O(1) and thread-safe.
class denial {
public:
    constexpr explicit denial(shearline::reason why) noexcept : m_why{why} {}

    [[nodiscard]] constexpr shearline::reason reason() const noexcept { return m_why; }
    [[nodiscard]] constexpr shearline::face face() const noexcept { return row_of(m_why).face; }
    [[nodiscard]] constexpr unsigned status() const noexcept { return status_of(face()); }

private:
    shearline::reason m_why;
};

/// The tenant and the scopes of a grant; credentials that have the same ones share it.
struct grant_profile {
    std::string tenant;
    std::vector<std::string> scopes;
};

/// A grant: whose key it was, and what it may do. It holds what was true when the verification began, or `staleness`
/// before that; do not cache it, because a later revocation does not change it. Each member is O(1); const members may
/// be called from any thread.
class grant {
public:
    /// The `retiring_until` of a key that has not been replaced.
    static constexpr timestamp not_retiring = timestamp::max();

    /// `profile` is not null. The grants of a verifier borrow it and must not outlive the verifier; those of an
    /// authority own it. `staleness` is 0 to 49 days; one out of range is the nearer of the two.
    grant(const credential_id& credential, std::shared_ptr<const grant_profile> profile, shearline::handle key,
          timestamp retiring_until, bool rehash_due, std::chrono::milliseconds staleness = {}) noexcept
        : m_credential{credential},
          m_profile{std::move(profile)},
          m_handle{key},
          m_retiring_until{retiring_until},
          m_rehash_due{rehash_due},
          m_stale_ms{staleness.count() <= 0           ? 0
                     : staleness.count() > UINT32_MAX ? UINT32_MAX
                                                      : static_cast<std::uint32_t>(staleness.count())} {}

    [[nodiscard]] credential_id credential() const noexcept { return m_credential; }
    [[nodiscard]] const std::string& tenant() const& noexcept { return m_profile->tenant; }
    const std::string& tenant() const&& = delete;  // would dangle: give the verdict a name
    [[nodiscard]] const std::vector<std::string>& scopes() const& noexcept { return m_profile->scopes; }
    const std::vector<std::string>& scopes() const&& = delete;  // as above
    [[nodiscard]] shearline::handle handle() const noexcept { return m_handle; }

    /// When the grace of this key ends, if it has been replaced: tell the client to fetch the new key.
    [[nodiscard]] std::optional<timestamp> retiring_until() const noexcept {
        return m_retiring_until == not_retiring ? std::nullopt : std::optional{m_retiring_until};
    }

    /// Whether the stored digest was made with a retired pepper: rotate the key before that pepper is dropped.
    [[nodiscard]] bool rehash_due() const noexcept { return m_rehash_due; }

    /// How far behind the store this answer may be: a change that was acknowledged less than that before the
    /// verification began may be missing in it. Zero from an authority and from a `strict` verifier.
    [[nodiscard]] std::chrono::milliseconds staleness() const noexcept { return std::chrono::milliseconds{m_stale_ms}; }

private:
    credential_id m_credential;
    std::shared_ptr<const grant_profile> m_profile;
    shearline::handle m_handle;
    timestamp m_retiring_until;
    bool m_rehash_due;
    std::uint32_t m_stale_ms;
};

/// A grant or a denial; true in a condition if it is a grant. Reading the other one aborts the process. On a temporary,
/// `grant()` returns a copy. Each member is O(1); const members may be called from any thread.
///
/// Example:
///     const shearline::verdict answer = shearline::reason::missing_scope;  // as `verify` returns it
///     if (answer) {
///         const std::string& tenant = answer.grant().tenant();
///     } else {
///         const std::string_view for_the_log = row_of(answer.denial().reason()).name;  // never for the client
///         const unsigned status = answer.denial().status();                            // 403
///     }
class [[nodiscard]] verdict {
public:
    /// A denial, `malformed`, until it is assigned.
    verdict() noexcept = default;
    verdict(shearline::grant given) noexcept : m_answer{std::move(given)} {}       // NOLINT(*-explicit-*)
    verdict(shearline::reason why) noexcept : m_answer{shearline::denial{why}} {}  // NOLINT(*-explicit-*)

    [[nodiscard]] explicit operator bool() const noexcept { return m_answer.has_value(); }
    [[nodiscard]] const shearline::grant& grant() const& noexcept { return m_answer.value(); }
    [[nodiscard]] shearline::grant grant() const&& noexcept { return m_answer.value(); }
    [[nodiscard]] shearline::denial denial() const noexcept { return m_answer.error(); }

private:
    result<shearline::grant, shearline::denial> m_answer{shearline::denial{reason::malformed}};
};

}  // namespace shearline::inline v0_1

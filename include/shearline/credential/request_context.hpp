// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Who asks for a change, from where and why; most of it goes into the audit log.
// Depends on std; never on a store.
#pragma once

#include <optional>
#include <string>

#include <shearline/chrono.hpp>
#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// An argument of every change. A field outside of its range is an `invalid_argument`. Only the keyed hash of an
/// idempotency token is stored; all else goes into the audit log as it is. No text may have control characters.
struct request_context {
    std::string actor;             ///< who asks, for the audit: 1 to 255 bytes; required
    std::string source_address{};  ///< from where: free text of at most 255 bytes; empty by default
    std::string reason{};          ///< why: free text of at most 1,000 bytes; empty by default

    /// Makes it safe to repeat a call: the same token with the same arguments returns the first outcome and changes
    /// nothing; with other arguments it is a `conflict`. A repeat that returns the text of a key again is audited as
    /// "reveal". 22 to 255 visible ASCII characters, chosen at random with at least 128 bits (22 characters of
    /// base64url, or a UUID); forgotten after 24 hours. Empty (default): each call is a change of its own.
    std::string idempotency_token{};

    /// A change that has not begun by this moment fails with `deadline_exceeded`, and changes nothing. None by default.
    std::optional<std::chrono::steady_clock::time_point> deadline{};
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Who asks for a change, from where and why: what every change brings along, and what the audit keeps of it.
// Depends on std; never on a store.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Comes with every change. Nothing in it is a secret, except that an idempotency token is kept as a keyed hash only.
struct request_context {
    std::string actor;             ///< required: who, as the audit shall name them; 1 to 255 bytes
    std::string source_address{};  ///< from where; free text, at most 255 bytes
    std::string reason{};          ///< why; free text, at most 1,000 bytes

    /// Makes a repeat safe: the same token with the same arguments gives the first outcome and changes nothing, with
    /// other arguments a `conflict`. A repeat that gives a key's text again is audited as a "reveal". 22 to 255
    /// characters, chosen at random by the caller with at least 128 bits (22 characters of base64url, or a UUID);
    /// forgotten after a day. Empty: each call is a change of its own.
    std::string idempotency_token{};

    /// The change is not begun after this moment (`deadline_exceeded`).
    std::optional<std::chrono::steady_clock::time_point> deadline{};
};

}  // namespace shearline::inline v0_1

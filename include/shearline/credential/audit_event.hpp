// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the audit keeps of a change: who did what to which key, when, from where and why. Never a secret.
// Depends on credential_id.hpp and format/handle.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/format/handle.hpp>

namespace shearline::inline v0_1 {

/// One line of the audit; written in the transaction of the change that it tells of, or not at all.
struct audit_event {
    std::uint64_t sequence = 0;  ///< given by the store, from 1, without gaps
    timestamp at;
    std::string actor;
    std::string action;  ///< "issue", "rotate", "revoke", "revoke key", "suspend", "resume", "reveal": a key's text was
                         ///< given out again, by `reveal` or to a repeat of an issue or a rotation
    std::string tenant;
    credential_id credential;
    std::optional<shearline::handle> handle;  ///< the key, where the action was about one
    std::string source_address;
    std::string reason;
};

}  // namespace shearline::inline v0_1

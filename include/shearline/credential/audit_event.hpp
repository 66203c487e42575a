// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// An entry of the audit log: who changed which key, how, when, from where and why. Never holds a secret.
// Depends on credential_id.hpp and format/handle.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/format/handle.hpp>

namespace shearline::inline v0_1 {

/// One entry of the audit log, written in the same transaction as the change that it describes. A plain value.
struct audit_event {
    std::uint64_t sequence = 0;  ///< set by the store, from 1, without gaps
    timestamp at;
    std::string actor;   ///< from the `request_context`, as are `source_address` and `reason`
    std::string action;  ///< "issue", "rotate", "revoke", "revoke key", "suspend", "resume", "amend"; "prove" and
                         ///< "move", by `prove_store` and `move_store`; or "reveal": the text of a key was returned
                         ///< again, by `reveal` or by a repeated issue or rotation
    std::string tenant;
    credential_id credential;
    std::optional<shearline::handle> handle;  ///< the key, if the action was about one
    std::string source_address;
    std::string reason;
};

}  // namespace shearline::inline v0_1

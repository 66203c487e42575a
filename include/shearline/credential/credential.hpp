// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The durable thing that a customer owns: its name, what it may do and for how long. It outlives its keys.
// Depends on clock.hpp and credential_id.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>

namespace shearline::inline v0_1 {

/// Labels and free text that travel with a credential; the library never reads them.
using metadata = std::vector<std::pair<std::string, std::string>>;

/// What the owner says of a credential when asking for one. Rotation keeps every word of it.
struct new_credential {
    std::string tenant;  ///< whose it is; 1 to 255 bytes of UTF-8
    std::string name;    ///< for people; 1 to 255 bytes of UTF-8
    std::vector<std::string> scopes{};
    shearline::metadata metadata{};
    std::optional<timestamp> not_before{};  ///< the first moment at which its keys are good
    std::optional<timestamp> expires_at{};  ///< the first moment at which they no longer are
};

/// A credential as stored.
struct credential {
    credential_id id;
    std::string tenant;
    std::string name;
    std::vector<std::string> scopes;
    shearline::metadata metadata;
    std::optional<timestamp> not_before;
    std::optional<timestamp> expires_at;
    bool suspended = false;        ///< reversible, unlike a key's `revoked`
    std::uint32_t generation = 1;  ///< of its newest key
    std::uint64_t version = 1;     ///< counts every change of the credential or of a key of it
    timestamp created_at;
    std::optional<timestamp> revoked_at{};  ///< set once, for good: every key of it is dead, and it gets no other
};

/// The first version of a credential that was asked for.
[[nodiscard]] inline credential credential_from(const new_credential& asked, const credential_id& id, timestamp now) {
    return {.id = id,
            .tenant = asked.tenant,
            .name = asked.name,
            .scopes = asked.scopes,
            .metadata = asked.metadata,
            .not_before = asked.not_before,
            .expires_at = asked.expires_at,
            .created_at = now};
}

}  // namespace shearline::inline v0_1

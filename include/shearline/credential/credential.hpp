// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A credential: what a customer owns, with its name, its permissions and its validity. It outlives its keys.
// Depends on clock.hpp, credential_id.hpp and digest/row_proof.hpp; never on a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/digest/row_proof.hpp>

namespace shearline::inline v0_1 {

/// Labels and free text kept with a credential; the library does not interpret them.
using metadata = std::vector<std::pair<std::string, std::string>>;

/// The request for a new credential. `issue` returns `invalid_argument` for a field outside of its range. Rotation
/// changes none of it. Times are moments, which `from_now(24h)` and `to_timestamp` make.
struct new_credential {
    std::string tenant;                     ///< the owner: 1 to 255 bytes without control characters; required
    std::string name;                       ///< for people: 1 to 255 bytes without control characters; required
    std::vector<std::string> scopes{};      ///< at most 64 different ones, each valid by `is_scope`; none by default
    shearline::metadata metadata{};         ///< at most 64 names (1 to 255 bytes) with values of at most 1,000 bytes
    std::optional<timestamp> not_before{};  ///< the first moment at which its keys are valid; by default at once
    std::optional<timestamp> expires_at{};  ///< the first moment at which they are not, after `not_before`; or never
};

/// A credential as stored. A plain value.
struct credential {
    credential_id id;
    std::string tenant;  ///< this and the next five as in `new_credential`
    std::string name;
    std::vector<std::string> scopes;
    shearline::metadata metadata;
    std::optional<timestamp> not_before;
    std::optional<timestamp> expires_at;
    bool suspended = false;        ///< its keys are denied until it is resumed
    std::uint32_t generation = 1;  ///< of its newest key
    std::uint64_t version = 1;     ///< one more with each change of the credential or of one of its keys
    timestamp created_at;
    std::optional<timestamp> revoked_at{};  ///< set once, for good: all its keys are revoked, and it gets no new one
    digest_bytes metadata_digest{};  ///< SHA-256 of the metadata, for the proof: a reader may leave the metadata out
    row_proof proof{};               ///< of all of the above, and of its keys that are not revoked
};

/// The first version of a requested credential. `asked` is not checked. Linear in its size.
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

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keys of this product: their format, how they are rotated, and what the instance key may do.
// Depends on shearline; never on a request.
#pragma once

#include <string_view>

#include <shearline/authority.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/policies.hpp>
#include <shearline/rotation/immediate.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/verifier.hpp>

namespace crm {

using crm_keys = shearline::policies<shearline::key_format<"instance">, shearline::immediate, shearline::recoverable>;
using key_authority = shearline::authority<crm_keys, shearline::sqlite_store>;
using key_verifier = shearline::verifier<crm_keys, shearline::sqlite_store>;

inline constexpr auto scope_read = shearline::scope<"contacts:read">;
inline constexpr auto scope_write = shearline::scope<"contacts:write">;

/// An instance of the CRM has one tenant, and the tenant has one key.
inline constexpr std::string_view instance_tenant = "instance";
inline constexpr std::string_view instance_key_name = "Instance API Key";

/// The console itself in audit events: it has no credential.
inline const shearline::credential_id console_id = shearline::credential_id::from_random({});

[[nodiscard]] inline shearline::new_credential instance_credential() {
    return {.tenant = std::string{instance_tenant},
            .name = std::string{instance_key_name},
            .scopes = {std::string{scope_read.text()}, std::string{scope_write.text()}}};
}

}  // namespace crm

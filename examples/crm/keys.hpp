// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keys of this product: their format, how they are rotated, what the instance key may do, and what the CRM does
// with them, whatever store they are in. Depends on shearline; never on a request, and never on one store.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/issued_key.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/rotation/immediate.hpp>
#include <shearline/rules/scope.hpp>
#include <shearline/store/change.hpp>
#include <shearline/verdict.hpp>

namespace crm {

using crm_keys = shearline::policies<shearline::key_format<"instance">, shearline::immediate, shearline::recoverable>;

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

/// The keys in a store that is open: what the CRM needs of an authority and of a verifier, which describe the calls of
/// the same names. `keys_in` implements it for each store. Thread-safe.
class key_service {
public:
    using format = crm_keys::format;

    key_service() = default;
    virtual ~key_service() = default;
    key_service(const key_service&) = delete;
    key_service& operator=(const key_service&) = delete;

    [[nodiscard]] virtual shearline::verdict verify(std::string_view text, shearline::required_scope scope) = 0;

    [[nodiscard]] virtual shearline::result<shearline::issued_key> issue(const shearline::new_credential& asked,
                                                                         const shearline::request_context& by) = 0;
    [[nodiscard]] virtual shearline::result<shearline::issued_key> rotate(const shearline::credential_id& id,
                                                                          const shearline::request_context& by) = 0;
    [[nodiscard]] virtual shearline::result<void> revoke(const shearline::credential_id& id,
                                                         const shearline::request_context& by) = 0;
    [[nodiscard]] virtual shearline::result<void> suspend(const shearline::credential_id& id,
                                                          const shearline::request_context& by) = 0;
    [[nodiscard]] virtual shearline::result<void> resume(const shearline::credential_id& id,
                                                         const shearline::request_context& by) = 0;
    [[nodiscard]] virtual shearline::result<shearline::secret_text> reveal(const shearline::credential_id& id,
                                                                           const shearline::request_context& by) = 0;
    [[nodiscard]] virtual shearline::result<shearline::page<shearline::credential_view>> list(
        const shearline::page_request& which = {}) const = 0;
    [[nodiscard]] virtual shearline::result<shearline::page<shearline::audit_event>> audit(
        const shearline::page_request& which = {}) const = 0;

    /// Writes an audit event of the CRM itself.
    [[nodiscard]] virtual shearline::result<void> note(const shearline::audit_event& event) = 0;

    /// Whether the store answers. To be called once a second, and then `flush_usage`.
    [[nodiscard]] virtual shearline::result<void> poll() = 0;
    [[nodiscard]] virtual shearline::result<void> flush_usage() = 0;

protected:
    key_service(key_service&&) = default;
    key_service& operator=(key_service&&) = default;
};

/// Where the keys of an instance are.
struct key_place {
    std::string folder;      ///< that holds the keyring and, unless there is a database, `keys.db`
    std::string database{};  ///< a connection string or URI of libpq for PostgreSQL; empty: SQLite
    std::string schema{};    ///< of the tables in PostgreSQL
};

struct opened_keys {
    shearline::keyring ring;
    std::unique_ptr<key_service> keys;
};

/// Opens the keys of an instance; the first start creates keyring and store. Errors: those of the keyring, the store
/// and the authority, with what to do about them.
[[nodiscard]] shearline::result<opened_keys> open_keys(const key_place& where);

}  // namespace crm

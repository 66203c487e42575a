// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Gives a credential and its keys as a scan gives them.
// Depends on store/scan.hpp, credential/ and rules/scopes.hpp; never on one store.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <shearline/credential/record.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1::detail {

/// A credential and its keys that are not revoked, as a scan gives them: views of values that must outlive this.
class credential_rows {
public:
    explicit credential_rows(const credential& of)
        : m_scopes{join_scopes(of.scopes)},
          m_owner{.id = of.id,
                  .tenant = of.tenant,
                  .name = of.name,
                  .scopes = m_scopes,
                  .not_before = of.not_before,
                  .expires_at = of.expires_at,
                  .suspended = of.suspended,
                  .generation = of.generation,
                  .version = of.version,
                  .created_at = of.created_at,
                  .revoked_at = of.revoked_at,
                  .metadata_digest = of.metadata_digest,
                  .proof = of.proof} {}
    template <typename Keys>  // a range of records
    credential_rows(const credential& of, const Keys& keys) : credential_rows{of} {
        for (const record& key : keys) add(key);
    }
    credential_rows(const credential& of, const std::vector<record>&& keys) = delete;  // they would dangle
    credential_rows(const credential_rows&) = delete;
    credential_rows& operator=(const credential_rows&) = delete;

    /// Adds a key, unless it is revoked. (A template, as `keys` is, so that only who uses it pays for its compilation.)
    template <typename Record>
    void add(const Record& key) {
        if (key.state == key_state::revoked) return;
        m_keys.push_back({key.format, key.handle, key.generation, key.state, key.created_at, key.retires_at,
                          key.revoked_at, key.digest});
    }

    [[nodiscard]] const scanned_credential& owner() const noexcept { return m_owner; }
    template <typename Key = scanned_key>
    [[nodiscard]] std::span<const Key> keys() const noexcept {
        return {m_keys.data(), m_keys.size()};
    }

private:
    std::string m_scopes;
    scanned_credential m_owner;
    std::vector<scanned_key> m_keys;
};

}  // namespace shearline::inline v0_1::detail

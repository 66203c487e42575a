// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The REST interface under /crm/api/v2/: checks keys and scopes, and answers requests.
// Depends on the keys, the contacts and http/message.hpp; never on a socket.
#pragma once

#include <string_view>

#include "contacts/contacts.hpp"
#include "http/message.hpp"
#include "keys.hpp"

namespace crm {

inline constexpr std::string_view api_root = "/crm/api/v2/";

/// Answers requests for contacts. Each needs a key, which is verified on every request. Thread-safe; blocks on the
/// stores.
class api {
public:
    api(key_verifier& keys, contact_store& contacts) noexcept : m_keys{keys}, m_contacts{contacts} {}

    [[nodiscard]] response handle(const request& asked);

    /// Answers a request whose key has already been granted access. Verifies nothing.
    [[nodiscard]] response answer_granted(const request& asked);

private:
    response list(const request& asked);
    response create(const request& asked);
    response show(const request& asked, std::string_view uuid);
    response change(const request& asked, std::string_view uuid);
    response remove(const request& asked, std::string_view uuid);
    response set_archived(const request& asked, std::string_view uuid, bool archived);

    key_verifier& m_keys;
    contact_store& m_contacts;
};

}  // namespace crm

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The REST interface under /crm/api/v2/: checks keys and scopes, and answers requests.
// Depends on the keys, the contacts and http/message.hpp; never on a socket.
#pragma once

#include <string_view>

#include <shearline/http/guard.hpp>

#include "contacts/contacts.hpp"
#include "http/message.hpp"
#include "keys.hpp"

namespace crm {

inline constexpr std::string_view api_root = "/crm/api/v2/";

/// Answers requests for contacts. Each needs a key, which is verified on every request. Thread-safe; blocks on the
/// stores.
class api {
public:
    api(key_service& keys, contact_store& contacts) : m_guard{keys, "crm"}, m_contacts{contacts} {}

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

    shearline::request_guard<key_service> m_guard;
    contact_store& m_contacts;
};

}  // namespace crm

/// How the guard reads our requests and fills our responses.
template <>
struct shearline::request_traits<crm::request> {
    static std::string_view target(const crm::request& asked) { return asked.target; }
    static void each_field(const crm::request& asked, auto&& take) {
        for (const auto& [name, value] : asked.headers) take(name, value);
    }
    static void refuse(const crm::request&, crm::response& answer, const refusal& refused) {
        answer = {.status = refused.status, .body = refused.body, .why = refused.why};
        for (const response_field& field : refused.fields) answer.headers.emplace_back(field.name, field.value);
    }
};

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The CRM's contacts over REST: each call is retried until the CRM answers.
// Depends on http_client.hpp and key.hpp; never on the source.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <variant>

#include <boost/json.hpp>

#include <http_client.hpp>

#include "key.hpp"

namespace legacy_sync {

using common::http_answer;
using common::http_request;

/// The CRM answered that it refuses this row, and why.
struct row_refused {
    std::string reason;
};
/// A contact, maybe this one, already has the external id.
struct already_there {
    std::string uuid;
};
/// There is no such contact.
struct not_there {};
struct done {
    std::string uuid;
    boost::json::object contact{};  ///< as it is now
    bool changed = true;            ///< false if it was already so
};

/// Makes the changes to a contact from its current state.
using changes_for = std::function<boost::json::object(const boost::json::object& contact)>;

/// Receives one line for the user.
using listener = std::function<void(const std::string&)>;

/// Each call is retried with exponential back-off and full jitter while the CRM is busy, down or unreachable. Throws
/// `failure` (unreachable) if that lasts too long, `key_refused` on 401 and 403, and `stopped`. A call may have been
/// made more than once: all of them but `create` are idempotent, and the unique external id makes repeats of `create`
/// safe.
class crm {
public:
    struct settings {
        common::http_client::settings connection;
        key_place key;
        /// How long to wait for a CRM that does not answer; if empty, for ever.
        std::optional<std::chrono::seconds> patience;
    };

    crm(settings given, listener says);

    std::variant<done, already_there, row_refused> create(const boost::json::object& contact);
    /// Reads the contact and changes the fields (and the members of its metadata) that `changes` names. If somebody
    /// else changed the contact in the meantime, calls `changes` again. This function and those below first check that
    /// the contact still has the external id; if not, they do not change it, and return a refusal.
    std::variant<done, not_there, row_refused> update(const std::string& uuid, const std::string& external_id,
                                                      const changes_for& changes);
    std::variant<done, not_there, row_refused> set_archived(const std::string& uuid, const std::string& external_id,
                                                            bool archived);
    /// The contact with this external id.
    std::variant<done, not_there, row_refused> find(const std::string& external_id);

    /// Asks for contacts, to check that the CRM is there and that the key gives access.
    void prove_key();

    /// Waits until there is a key other than the refused one, and uses it. Returns without one after a while, because
    /// the owner may have changed what the old one may do.
    void wait_for_new_key();

private:
    http_answer call(const http_request& asked);
    [[noreturn]] void refuse(const http_answer& answer);
    [[nodiscard]] row_refused why(const http_answer& answer);
    [[nodiscard]] static std::optional<boost::json::object> object_in(const http_answer& answer);
    [[noreturn]] void not_the_crm(const http_request& asked, const http_answer& answer, std::string_view what);
    [[nodiscard]] std::variant<done, not_there, row_refused> outcome(const http_request& asked,
                                                                     const http_answer& answer);
    template <typename Make>
    std::variant<done, not_there, row_refused> change(const std::string& uuid, const std::string& external_id,
                                                      Make request_for);

    settings m_given;
    listener m_says;
    common::http_client m_http;
    shearline::secret_text m_key;
    int m_broken_rows = 0;  ///< consecutive rows that were repeatedly answered with 500
    std::mt19937_64 m_random{std::random_device{}()};
};

}  // namespace legacy_sync

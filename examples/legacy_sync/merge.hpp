// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What is sent to a contact that somebody may have edited in the CRM.
// Depends on row.hpp; never on a connection.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "mapping.hpp"
#include "row.hpp"

namespace legacy_sync {

/// Digests of what the CRM holds where nobody edited it.
struct supplied {
    std::string held;     ///< when it had answered last; empty before that
    std::string sending;  ///< since then, by a request whose answer was not seen; or empty

    friend bool operator==(const supplied&, const supplied&) = default;
};
/// By the full name of a field.
using supplied_fields = std::map<std::string, supplied>;

/// A field that was edited in the CRM, and that the legacy database has otherwise.
struct conflict {
    std::string field;        ///< its full name
    std::string legacy, crm;  ///< the values, as JSON

    friend bool operator==(const conflict&, const conflict&) = default;
};

struct merged {
    boost::json::object changes;     ///< the body of a PATCH
    std::vector<conflict> kept;      ///< fields that stay as the CRM has them
    std::vector<conflict> reported;  ///< those of them about which somebody must decide
    supplied_fields sending;         ///< what is to be remembered before the changes are sent
};

/// What of the row goes to the contact as the CRM has it now. A field `legacy_unless_edited` goes where the CRM holds
/// what was supplied last; or nothing, where nothing was supplied yet: then there is no work to overwrite. That two
/// sides agree by now is no conflict, whoever changed what.
[[nodiscard]] merged merge(const mapping& how, const contact_draft& draft, const supplied_fields& before,
                           const boost::json::object& contact);

/// What is to be remembered before the contact is created; it may have been tried before.
[[nodiscard]] supplied_fields creating(const contact_draft& draft, const supplied_fields& before);

/// What is supplied when the CRM has answered with the contact.
[[nodiscard]] supplied_fields answered(const mapping& how, const merged& sent, const boost::json::object& contact);

}  // namespace legacy_sync

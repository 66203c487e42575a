// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// From a row of the source to a contact: what may be sent of it, and what goes to a contact that somebody may have
// edited in the CRM. Depends on mapping.hpp, databases.hpp and Boost.JSON; never on a connection.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "databases.hpp"
#include "mapping.hpp"

namespace legacy_sync {

/// A row as it was read: its key, what the change column says, and a value for each of the mapping's fields.
struct source_row {
    value key;
    value change{};
    std::vector<value> columns{};
};

/// What may be sent of a row, or why nothing may.
struct contact_draft {
    boost::json::object creation;  ///< the body of the POST: all but what is empty
    boost::json::object update;    ///< the body of a PATCH: what the legacy database owns, with null for what is empty
    boost::json::object unless_edited;  ///< by full name: what it owns as long as nobody edits it in the CRM
    std::string hash;                   ///< of both: whether anything has to be sent
    std::string whole_hash;             ///< of all that may be sent: whether a refused row is still the same
    std::string problem;                ///< empty, or the reason why the row cannot be sent
};

/// The key as text, with the mapping's prefix: a whole number in decimal, a BLOB in hexadecimal. Nothing where there is
/// no such text: NULL, empty, or not UTF-8.
[[nodiscard]] std::optional<std::string> external_id_of(const mapping& how, const value& key);

/// Texts go without the spaces around them, and an empty one counts as NULL. Numbers become decimal text in the text
/// fields of a contact, and stay numbers in its metadata. A BLOB, text that is not UTF-8 and a number that JSON cannot
/// hold are problems of the row: sending something else in their place would be a guess.
[[nodiscard]] contact_draft draft_of(const mapping& how, const source_row& row, const std::string& external_id);

/// Sets a field in the body of a request, those of metadata in its member of that name.
void put(boost::json::object& into, const mapped_field& field, const boost::json::value& held);

/// The value for a person: one line, short.
[[nodiscard]] std::string shown(const value& one);

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

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// From a row of the source to a contact: what may be sent, and what may be sent to a contact that somebody may have
// edited in the CRM. Depends on mapping.hpp, common/sqlite.hpp and Boost.JSON; never on a connection.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "mapping.hpp"
#include "sqlite.hpp"

namespace legacy_sync {

using common::blob;
using common::is_null;
using common::value;

/// A row as it was read: its key, the value of the change column, and a value for each field of the mapping.
struct source_row {
    value key;
    value change{};
    std::vector<value> columns{};
};

/// What may be sent of a row, or why nothing may be sent.
struct contact_draft {
    boost::json::object creation;  ///< the body of the POST: all fields that are not empty
    boost::json::object update;  ///< the body of a PATCH: the fields that the legacy database owns, null for empty ones
    boost::json::object unless_edited;  ///< by full name: fields that it owns until somebody edits them in the CRM
    std::string hash;                   ///< of `creation` and `update`: tells whether anything has to be sent
    std::string whole_hash;             ///< of everything that may be sent: tells whether a refused row has changed
    std::string problem;                ///< why the row cannot be sent, or empty
};

/// The key as text, with the mapping's prefix: a whole number in decimal, a BLOB in hexadecimal. Nothing if the key is
/// NULL, empty, or not UTF-8.
[[nodiscard]] std::optional<std::string> external_id_of(const mapping& how, const value& key);

/// Leading and trailing spaces of texts are removed, and an empty text counts as NULL. Numbers become decimal text in
/// the text fields of a contact, and stay numbers in its metadata. A BLOB, text that is not UTF-8, or a number that
/// JSON cannot represent is a problem of the row: sending anything else instead would be a guess.
[[nodiscard]] contact_draft draft_of(const mapping& how, const source_row& row, const std::string& external_id);

/// Sets a field in the body of a request; metadata fields go into the member `metadata`.
void put(boost::json::object& into, const mapped_field& field, const boost::json::value& held);

/// The value for a message: one short line.
[[nodiscard]] std::string shown(const value& one);

/// Digests of the value that the CRM holds unless somebody edited it.
struct supplied {
    std::string held;     ///< after its last answer; empty before that
    std::string sending;  ///< after a later request whose answer was not seen, if any

    friend bool operator==(const supplied&, const supplied&) = default;
};
/// By the full name of a field.
using supplied_fields = std::map<std::string, supplied>;

/// A field that was edited in the CRM and has another value in the legacy database.
struct conflict {
    std::string field;        ///< its full name
    std::string legacy, crm;  ///< the values, as JSON

    friend bool operator==(const conflict&, const conflict&) = default;
};

struct merged {
    boost::json::object changes;     ///< the body of a PATCH
    std::vector<conflict> kept;      ///< fields that stay as the CRM has them
    std::vector<conflict> reported;  ///< those of them that somebody must resolve
    supplied_fields sending;         ///< to be stored before the changes are sent
};

/// What to send of the row, given the contact that the CRM has now. A field `legacy_unless_edited` is sent if the CRM
/// holds the value that was supplied last, or if nothing was supplied yet and the CRM's field is empty, so that no work
/// is overwritten. If both sides hold the same value, there is no conflict, whoever changed what.
[[nodiscard]] merged merge(const mapping& how, const contact_draft& draft, const supplied_fields& before,
                           const boost::json::object& contact);

/// What to store before the contact is created; an earlier attempt may have been made.
[[nodiscard]] supplied_fields creating(const contact_draft& draft, const supplied_fields& before);

/// What has been supplied when the CRM has answered with the contact.
[[nodiscard]] supplied_fields answered(const mapping& how, const merged& sent, const boost::json::object& contact);

}  // namespace legacy_sync

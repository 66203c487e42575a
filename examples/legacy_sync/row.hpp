// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// From a row of the source to what is sent of it.
// Depends on mapping.hpp, databases.hpp and Boost.JSON; never on a connection.
#pragma once

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

}  // namespace legacy_sync

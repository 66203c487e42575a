// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The rules for contacts in the API: the CRM refuses contacts that break them, and the sync can check them beforehand.
// Depends on Boost.JSON; never on how contacts are stored.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace common {

/// A field that the API refuses, and what it must be. Never quotes its content.
struct field_problem {
    std::string field;  ///< "metadata.NAME" for metadata
    std::string message;
};

/// What is wrong with the body of a request that creates or changes a contact. Texts must be valid UTF-8. Linear.
[[nodiscard]] std::vector<field_problem> problems_of_contact(const boost::json::object& body);

/// Whether a member of the metadata may have this name: 1 to 64 bytes, no control characters.
[[nodiscard]] bool is_metadata_name(std::string_view name) noexcept;

}  // namespace common

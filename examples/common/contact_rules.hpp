// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the API takes as a contact: the CRM refuses what does not keep to it, and the sync can tell so before.
// Depends on Boost.JSON; never on how contacts are kept.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace common {

/// A field that the API does not take, and what it must be. Nothing of what it holds.
struct field_problem {
    std::string field;  ///< of metadata "metadata.NAME"
    std::string message;
};

/// What is wrong with the body of a request that makes or changes a contact. Texts are valid UTF-8. Linear.
[[nodiscard]] std::vector<field_problem> problems_of_contact(const boost::json::object& body);

/// Whether a member of the metadata may have this name: 1 to 64 bytes, no control characters.
[[nodiscard]] bool is_metadata_name(std::string_view name) noexcept;

}  // namespace common

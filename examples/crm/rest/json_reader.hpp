// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Reads a JSON object from a stranger: strictly, with a bound to its depth, and with the place of what is wrong.
// Depends on Boost.JSON; never on a request.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace crm {

/// Why a text is no JSON object, and where.
struct json_problem {
    std::string what;
    std::size_t offset = 0;  ///< in bytes from the start
    std::size_t line = 1;
    std::size_t column = 1;  ///< in bytes from the start of the line, from 1
};

inline constexpr std::size_t max_json_depth = 8;

/// The object, or what is wrong: malformed JSON (RFC 8259), invalid UTF-8, more than 8 levels, a member that is there
/// twice (which of the two is meant, readers do not agree on), or something that is no object. Linear.
[[nodiscard]] std::variant<boost::json::object, json_problem> read_object(std::string_view text);

}  // namespace crm

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// JSON of strangers, as both examples take it: read strictly, with a bound to its depth and the place of what is wrong;
// numbers are read and written exactly. Depends on Boost.JSON; never on a request.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace common {

/// Why a text is no JSON object, and where.
struct json_problem {
    std::string what;
    std::size_t offset = 0;  ///< in bytes from the start
    std::size_t line = 1;
    std::size_t column = 1;  ///< in bytes from the start of the line, from 1
};

inline constexpr std::size_t max_json_depth = 8;

/// The object, or what is wrong: malformed JSON (RFC 8259), invalid UTF-8, more than 8 levels, a member that is there
/// twice (which of the two is meant, readers do not agree on), a number that no double holds, or something that is no
/// object. Whole numbers of 64 bits are what they are; any other is the nearest double. Linear.
[[nodiscard]] std::variant<boost::json::object, json_problem> read_object(std::string_view text);

/// As JSON text; of a number, the shortest that reads back as the same.
[[nodiscard]] std::string to_text(const boost::json::value& what);

}  // namespace common

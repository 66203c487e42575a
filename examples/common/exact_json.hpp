// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Untrusted JSON, for both examples: a strict parser with a depth limit, whose errors have positions; numbers are read
// and written exactly. Depends on Boost.JSON; never on a request.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace common {

/// Why a text is not a JSON object, and where.
struct json_problem {
    std::string what;
    std::size_t offset = 0;  ///< in bytes from the start
    std::size_t line = 1;
    std::size_t column = 1;  ///< in bytes from the start of the line, from 1
};

inline constexpr std::size_t max_json_depth = 8;

/// The object, or what is wrong: malformed JSON (RFC 8259), invalid UTF-8, more than 8 levels, a repeated member
/// (parsers disagree on which one counts), a number that is too large for a double, or a value that is not an object.
/// Whole numbers of 64 bits stay exact; any other number becomes the nearest double. Linear.
[[nodiscard]] std::variant<boost::json::object, json_problem> read_object(std::string_view text);

/// The JSON text; a number is written in the shortest form that reads back as the same number.
[[nodiscard]] std::string to_text(const boost::json::value& what);

}  // namespace common

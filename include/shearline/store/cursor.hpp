// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Page cursors: checks a page request and parses its position in a list.
// Depends on store/change.hpp; never on one store.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

inline constexpr std::size_t max_page_items = 1'000;

/// The position that the page begins after: `start` for an empty cursor. `invalid_argument` for a limit outside 1 to
/// 1,000 and for a cursor that is not a number.
[[nodiscard]] inline result<std::uint64_t> position_of(const page_request& which, std::uint64_t start) {
    if (which.limit == 0 || which.limit > max_page_items)
        return error{errc::invalid_argument, "a page holds 1 to 1,000 items, not " + std::to_string(which.limit)};
    if (which.cursor.empty()) return start;
    std::uint64_t position = 0;
    const char* const end = which.cursor.data() + which.cursor.size();
    const auto [stop, problem] = std::from_chars(which.cursor.data(), end, position);
    if (problem != std::errc{} || stop != end)
        return error{errc::invalid_argument, "the cursor is not the `next` of a page"};
    return position;
}

}  // namespace shearline::inline v0_1::detail

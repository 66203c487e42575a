// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Times as text.
// Depends on std.
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace common {

using milliseconds_since_1970 = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// RFC 3339, in UTC, with milliseconds: `2026-11-23T15:04:05.067Z`.
[[nodiscard]] inline std::string time_text(milliseconds_since_1970 at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{at - day};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text.data();
}

}  // namespace common

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a key is for the live environment or for the test environment.
// Depends on std; never on another header of ours.
#pragma once

#include <cstdint>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The environment of a format. Live and test keys have different formats: a test key does not parse as a live one, and
/// its digest is made with another subkey. The values are part of what is sealed and digested, and never change.
enum class environment : std::uint8_t { live = 0, test = 1 };

/// "live" or "test"; a static string. O(1).
[[nodiscard]] constexpr std::string_view to_string(environment where) noexcept {
    return where == environment::live ? "live" : "test";
}

}  // namespace shearline::inline v0_1

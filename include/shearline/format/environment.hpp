// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a key opens the real thing or the playground beside it.
// Depends on std; never on another definition of ours.
#pragma once

#include <cstdint>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The two environments are formats of their own: a test key does not parse where live keys are expected, and its
/// digest is made under another subkey. The values are part of what is sealed and digested, and never change.
enum class environment : std::uint8_t { live = 0, test = 1 };

/// "live" or "test"; a static string.
[[nodiscard]] constexpr std::string_view to_string(environment where) noexcept {
    return where == environment::live ? "live" : "test";
}

}  // namespace shearline::inline v0_1

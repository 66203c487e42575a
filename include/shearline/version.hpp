// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The single source of the version; meson.build and the documentation read it from here.
// Depends on nothing; never on anything.
#pragma once

#include <shearline/requirements.hpp>

#define SHEARLINE_VERSION_MAJOR 0
#define SHEARLINE_VERSION_MINOR 1
#define SHEARLINE_VERSION_PATCH 0
/// The version as one number, for `#if SHEARLINE_VERSION >= 2'000`, which is 0.2.0.
#define SHEARLINE_VERSION \
    (SHEARLINE_VERSION_MAJOR * 1'000'000 + SHEARLINE_VERSION_MINOR * 1'000 + SHEARLINE_VERSION_PATCH)
#define SHEARLINE_VERSION_STRING "0.1.0"

// Public names are in an inline namespace named after the major and the minor version, so that two incompatible
// versions can be linked into one program: their symbols differ.
namespace shearline::inline v0_1 {

/// The version as text.
inline constexpr char version[] = SHEARLINE_VERSION_STRING;

}  // namespace shearline::inline v0_1

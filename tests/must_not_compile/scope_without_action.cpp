// expects: scope<...>: write resource:action
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

#ifdef MUST_FAIL
constexpr auto needed = shearline::scope<"contacts">;
#else
constexpr auto needed = shearline::scope<"contacts:read">;
#endif
static_assert(!needed.is_any());

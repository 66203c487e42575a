// expects: write the text itself in quotes, or give a constexpr char[]
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

#ifdef MUST_FAIL
inline constexpr std::string_view text = "contacts:write";
#else
inline constexpr char text[] = "contacts:write";
#endif
shearline::required_scope needed = shearline::scope<text>;

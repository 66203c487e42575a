// expects: write the text itself in quotes, or give a constexpr char[]
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#ifdef MUST_FAIL
inline constexpr const char* prefix = "instance";
#else
inline constexpr char prefix[] = "instance";
#endif
shearline::key_format<prefix> made;

// expects: name at most one rotation
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

#ifdef MUST_FAIL
using bundle = shearline::policies<shearline::key_format<"instance">, shearline::immediate,
                                   shearline::overlap<std::chrono::hours{1}>>;
#else
using bundle = shearline::policies<shearline::key_format<"instance">, shearline::immediate>;
#endif
bundle made;

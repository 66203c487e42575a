// expects: name exactly one key format
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

#ifdef MUST_FAIL
using bundle = shearline::policies<shearline::immediate>;
#else
using bundle = shearline::policies<shearline::immediate, shearline::key_format<"instance">>;
#endif
bundle made;

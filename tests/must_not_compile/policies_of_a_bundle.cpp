// expects: an argument is a bundle itself
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

#ifdef MUST_FAIL
using mine = shearline::policies<shearline::key_format<"other">>;
#else
using mine = shearline::recoverable;
#endif
shearline::policies<shearline::key_format<"instance">, mine> made;

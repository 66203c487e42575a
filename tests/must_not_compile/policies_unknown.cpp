// expects: an argument is no policy
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct not_a_policy {};
#ifdef MUST_FAIL
using bundle = shearline::policies<shearline::key_format<"instance">, not_a_policy>;
#else
using bundle = shearline::policies<shearline::key_format<"instance">>;
#endif
bundle made;

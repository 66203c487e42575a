// expects: a number has no unit
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rotation/overlap.hpp>

#ifdef MUST_FAIL
shearline::overlap<24> some;
#else
shearline::overlap<std::chrono::hours{24}> some;
#endif

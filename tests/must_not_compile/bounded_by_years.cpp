// expects: the longest bound is 49 days
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/consistency.hpp>

#ifdef MUST_FAIL
shearline::bounded<std::chrono::hours{24 * 365}> some;
#else
shearline::bounded<std::chrono::hours{24 * 49}> some;
#endif

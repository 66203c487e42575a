// expects: write `immediate`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rotation/overlap.hpp>

#ifdef MUST_FAIL
shearline::overlap<std::chrono::hours{-1}> none;
#else
shearline::overlap<std::chrono::hours{1}> some;
#endif

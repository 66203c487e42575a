// expects: a number has no unit
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/consistency.hpp>

#ifdef MUST_FAIL
shearline::bounded<5> some;
#else
shearline::bounded<std::chrono::seconds{5}> some;
#endif

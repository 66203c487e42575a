// expects: write `immediate`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rotation/overlap.hpp>

#ifdef MUST_FAIL
shearline::overlap<std::chrono::microseconds{999}> none;
#else
shearline::overlap<std::chrono::microseconds{1'000}> some;
#endif

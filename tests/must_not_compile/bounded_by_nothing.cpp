// expects: write `strict`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/consistency.hpp>

#ifdef MUST_FAIL
shearline::bounded<std::chrono::seconds{0}> none;
#else
shearline::bounded<std::chrono::milliseconds{1}> some;
#endif

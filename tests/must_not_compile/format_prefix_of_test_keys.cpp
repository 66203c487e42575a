// expects: write test_key_format<
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#ifdef MUST_FAIL
using key = shearline::key_format<"x_test">;
#else
using key = shearline::test_key_format<"x">;
#endif
static_assert(key::chars > 0);

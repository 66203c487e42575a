// expects: a secret below 128 bits can be guessed
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#ifdef MUST_FAIL
using key = shearline::key_format<"instance", 21>;
#else
using key = shearline::key_format<"instance", 22>;
#endif
static_assert(key::chars > 0);

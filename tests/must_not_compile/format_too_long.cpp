// expects: a key is longer than 255 characters
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#ifdef MUST_FAIL
using key = shearline::key_format<"instance", 230>;
#else
using key = shearline::key_format<"instance", 229>;
#endif
static_assert(key::chars > 0);

// expects: write the prefix in lower-case letters
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#ifdef MUST_FAIL
using key = shearline::key_format<"2crm">;
#else
using key = shearline::key_format<"crm2">;
#endif
static_assert(key::chars > 0);

// expects: a literal ends in a digit of the alphabet
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/key_format.hpp>

#ifdef MUST_FAIL
using alphabet = shearline::basic_alphabet<"0123456789abcdef_">;
#else
using alphabet = shearline::basic_alphabet<"0123456789abcdef">;
#endif
using key = shearline::key_format<"instance", 32, alphabet>;
static_assert(key::chars > 0);

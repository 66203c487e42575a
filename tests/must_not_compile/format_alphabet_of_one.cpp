// expects: give at least two characters
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/alphabet.hpp>

#ifdef MUST_FAIL
using alphabet = shearline::basic_alphabet<"0">;
#else
using alphabet = shearline::basic_alphabet<"01">;
#endif
static_assert(alphabet::decode('0') == 0);

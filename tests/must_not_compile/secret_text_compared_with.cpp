// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The secret on the right-hand side: the compiler turns the operands around, and finds the deleted operator.
#include <string_view>

#include <shearline/secret/secret_text.hpp>

bool is_another_key(const shearline::secret_text& text, std::string_view guess) {
#ifdef MUST_FAIL
    return guess != text;
#else
    return guess.size() != text.size();
#endif
}

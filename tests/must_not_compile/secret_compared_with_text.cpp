// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string_view>

#include <shearline/secret/secret_text.hpp>

bool is_this_key(const shearline::secret_text& text, std::string_view guess) {
#ifdef MUST_FAIL
    return text == guess;
#else
    return text.size() == guess.size();
#endif
}

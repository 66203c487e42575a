// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <shearline/secret/secret_text.hpp>

shearline::secret_text another(shearline::secret_text& text) {
#ifdef MUST_FAIL
    return shearline::secret_text{text};
#else
    return shearline::secret_text{std::move(text)};
#endif
}

// expects: reveal
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/secret_text.hpp>

char first(const shearline::secret_text& text) {
#ifdef MUST_FAIL
    return text.reveal({})[0];
#else
    return text.reveal(shearline::unsafe_reveal)[0];
#endif
}

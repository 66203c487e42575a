// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <ostream>

#include <shearline/secret/secret_text.hpp>

void log_key(std::ostream& log, const shearline::secret_text& text) {
#ifdef MUST_FAIL
    log << text;
#else
    log << text.reveal(shearline::unsafe_reveal);
#endif
}

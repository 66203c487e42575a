// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <ostream>

#include <shearline/shearline.hpp>

void log_key(std::ostream& log, const shearline::issued_key& made) {
#ifdef MUST_FAIL
    log << made.text;
#else
    log << made.handle.to_text().view();
#endif
}

// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <ostream>

#include <shearline/secret/guarded.hpp>

void log_key(std::ostream& log, const shearline::guarded<int>& key) {
#ifdef MUST_FAIL
    log << key;
#else
    log << key.reveal(shearline::unsafe_reveal);
#endif
}

// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <ostream>

#include <shearline/secret/secret_bytes.hpp>

void log_key(std::ostream& log, const shearline::secret_bytes<32>& key) {
#ifdef MUST_FAIL
    log << key;
#else
    log << std::to_integer<int>(key.reveal(shearline::unsafe_reveal)[0]);
#endif
}

// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <shearline/secret/secret_bytes.hpp>

void overwrite(shearline::secret_bytes<32>& to, shearline::secret_bytes<32>& from) {
#ifdef MUST_FAIL
    to = from;
#else
    to = std::move(from);
#endif
}

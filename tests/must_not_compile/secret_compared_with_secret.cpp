// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/compare.hpp>
#include <shearline/secret/secret_bytes.hpp>

bool same(const shearline::secret_bytes<32>& a, const shearline::secret_bytes<32>& b) {
#ifdef MUST_FAIL
    return a == b;
#else
    return shearline::constant_time_equal(a.reveal(shearline::unsafe_reveal), b.reveal(shearline::unsafe_reveal));
#endif
}

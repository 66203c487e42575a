// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/posix/fork_wiped.hpp>

shearline::detail::fork_wiped<int> make();

int read() {
#ifdef MUST_FAIL
    const int& value = make().reveal(shearline::unsafe_reveal);
#else
    const auto owner = make();
    const int& value = owner.reveal(shearline::unsafe_reveal);
#endif
    return value;
}

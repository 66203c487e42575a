// expects: T must be trivially copyable
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <shearline/secret/guarded.hpp>

#ifdef MUST_FAIL
using kept = std::string;
#else
using kept = std::array<char, 32>;
#endif

bool keep() {
    return static_cast<bool>(shearline::guarded<kept>::make([] { return kept{}; }));
}

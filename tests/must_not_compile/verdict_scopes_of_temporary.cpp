// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/verdict.hpp>

shearline::verdict answer();

std::size_t scopes() {
    std::size_t count = 0;
#ifdef MUST_FAIL
    for (const auto& scope : answer().grant().scopes()) count += scope.size();
#else
    const auto verdict = answer();
    for (const auto& scope : verdict.grant().scopes()) count += scope.size();
#endif
    return count;
}

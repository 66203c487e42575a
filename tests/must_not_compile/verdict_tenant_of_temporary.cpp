// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <shearline/verdict.hpp>

shearline::verdict answer();

std::size_t tenant_chars() {
#ifdef MUST_FAIL
    const std::string& tenant = answer().grant().tenant();
    return tenant.size();
#else
    const auto verdict = answer();
    return verdict ? verdict.grant().tenant().size() : 0;
#endif
}

// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <shearline/secret/guarded.hpp>

shearline::guarded<int> another(shearline::guarded<int>& key) {
#ifdef MUST_FAIL
    return shearline::guarded<int>{key};
#else
    return shearline::guarded<int>{std::move(key)};
#endif
}

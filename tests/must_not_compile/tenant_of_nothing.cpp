// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using authority = shearline::authority<shearline::policies<shearline::key_format<"instance">>, shearline::memory_store>;

auto all(const authority& keys) {
#ifdef MUST_FAIL
    return keys.list({}, {});
#else
    return keys.list({}, shearline::all_tenants);
#endif
}

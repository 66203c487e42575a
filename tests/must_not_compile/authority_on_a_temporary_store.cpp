// expects: open: the store is a temporary: give one that has a name
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using authority = shearline::authority<shearline::policies<shearline::key_format<"instance">>, shearline::memory_store>;

auto open(shearline::memory_store& store, const shearline::keyring& ring) {
#ifdef MUST_FAIL
    (void)store;
    return authority::open(shearline::memory_store{}, ring);
#else
    return authority::open(store, ring);
#endif
}

// expects: Store is a pointer or a reference: give its class
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

#ifdef MUST_FAIL
using given = memory_store*;
#else
using given = memory_store;
#endif
auto open(given& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, given>::open(store, ring);
}

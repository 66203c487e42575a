// expects: Store is only declared: include the header that defines it
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

#ifdef MUST_FAIL
class my_store;
#else
using my_store = memory_store;
#endif
auto open(my_store& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, my_store>::open(store, ring);
}

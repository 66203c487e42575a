// expects: Store is a result: check it, and give the class of its value
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>

using namespace shearline;

#ifdef MUST_FAIL
using given = result<sqlite_store>;
#else
using given = sqlite_store;
#endif
auto open(given& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, given>::open(store, ring);
}

// expects: open: `store` is a result: check it, and give *store
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>

using namespace shearline;

using keys = authority<policies<key_format<"instance">>, sqlite_store>;

auto open(result<sqlite_store>& store, const keyring& ring) {
#ifdef MUST_FAIL
    return keys::open(store, ring);
#else
    return keys::open(*store, ring);
#endif
}

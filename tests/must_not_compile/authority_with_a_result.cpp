// expects: open: `ring` is a result: check it, and give *ring
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using keys = authority<policies<key_format<"instance">>, memory_store>;

auto open(memory_store& store, const std::string& path) {
    auto ring = keyring::open_or_create(path);
#ifdef MUST_FAIL
    return keys::open(store, ring);
#else
    return keys::open(store, *ring);
#endif
}

// expects: transact: return result<T> from the body
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

void bind(memory_store& store) {
    (void)store.transact([](memory_store::transaction& tx) {
        auto bound = tx.bind_hash("instance", hash_name{"hmac-sha256"});
#ifdef MUST_FAIL
        (void)bound;
#else
        return bound;
#endif
    });
}

// expects: transact
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

void bind(memory_store& store) {
#ifdef MUST_FAIL
    (void)store.transact([](auto tx) { return tx.bind_hash("instance", hash_name{"hmac-sha256"}); });
#else
    (void)store.transact([](auto& tx) { return tx.bind_hash("instance", hash_name{"hmac-sha256"}); });
#endif
}

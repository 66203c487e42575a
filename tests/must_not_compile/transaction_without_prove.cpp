// expects: Store::transaction lacks `result<void> prove(
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct mine : memory_store {
#ifdef MUST_FAIL
    struct transaction : memory_store::transaction {
        void prove() = delete;
    };
#endif
};
auto open(mine& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, mine>::open(store, ring);
}

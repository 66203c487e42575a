// expects: takes one type of result alone
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <functional>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct mine : memory_store {
#ifdef MUST_FAIL
    result<void> transact(const std::function<result<void>(transaction&)>& body) {
        return memory_store::transact(body);
    }
#endif
};
auto open(mine& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, mine>::open(store, ring);
}

// expects: Store lacks `result<std::optional<credential_view>> read(const credential_id&)`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct mine : memory_store {
#ifdef MUST_FAIL
    // Without the optional, "no such credential" has no answer.
    result<credential_view> read(const credential_id& id) const {
        auto found = memory_store::read(id);
        if (!found) return std::move(found).error();
        return **std::move(found);
    }
#endif
};
auto open(mine& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, mine>::open(store, ring);
}

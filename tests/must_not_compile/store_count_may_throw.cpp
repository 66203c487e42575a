// expects: Store lacks `std::uint64_t change_count() noexcept`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct mine : memory_store {
#ifdef MUST_FAIL
    std::uint64_t change_count() const { return memory_store::change_count(); }
#endif
};
auto open(mine& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, mine>::open(store, ring);
}

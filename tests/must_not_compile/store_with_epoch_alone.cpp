// expects: Store has `wait_for_change` or `epoch`, as a remote_feed does, and lacks
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct my_store : memory_store {
#ifdef MUST_FAIL
    [[nodiscard]] std::uint64_t epoch() const noexcept { return 0; }
#endif
};
auto open(my_store& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, my_store>::open(store, ring);
}

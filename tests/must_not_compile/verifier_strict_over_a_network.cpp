// expects: write bounded<std::chrono::seconds{5}> in place of strict
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct shared_store : memory_store {
    result<std::vector<credential_view>> read_many(std::span<const credential_id>) {
        return std::vector<credential_view>{};
    }
    void wait_for_change(std::chrono::milliseconds) {}
    [[nodiscard]] std::uint64_t epoch() const noexcept { return 0; }
};
#ifdef MUST_FAIL
using consistency = strict;
#else
using consistency = bounded<std::chrono::seconds{5}>;
#endif
auto open(shared_store& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, shared_store, consistency>::open(store, ring);
}

// expects: and lacks `void wait_for_change(std::chrono::milliseconds most)`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct shared_store : memory_store {
    result<std::vector<credential_view>> read_many(std::span<const credential_id>) {
        return std::vector<credential_view>{};
    }
#ifndef MUST_FAIL
    void wait_for_change(std::chrono::milliseconds) {}
#endif
    [[nodiscard]] std::uint64_t epoch() const noexcept { return 0; }
};
auto open(shared_store& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, shared_store>::open(store, ring);
}

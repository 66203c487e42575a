// expects: and lacks `std::uint64_t epoch() noexcept`
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
#ifdef MUST_FAIL
    [[nodiscard]] std::uint64_t epoch() const { return 0; }
#else
    [[nodiscard]] std::uint64_t epoch() const noexcept { return 0; }
#endif
};
auto open(shared_store& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, shared_store>::open(store, ring);
}

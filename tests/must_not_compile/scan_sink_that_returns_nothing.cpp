// expects: scan: Sink lacks `result<void> begin(std::uint64_t credentials, std::uint64_t keys)`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct counting {
    result<void> begin(std::uint64_t, std::uint64_t) { return {}; }
#ifdef MUST_FAIL
    void take(const scanned_credential&, std::span<const scanned_key>) {}
#else
    result<void> take(const scanned_credential&, std::span<const scanned_key>) { return {}; }
#endif
};
auto count(const memory_store& store, counting& sink) { return store.scan("instance", sink); }

// expects: scan: Sink lacks `result<void> begin(std::uint64_t credentials, std::uint64_t keys)`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>

using namespace shearline;

struct counting {
#ifndef MUST_FAIL
    result<void> begin(std::uint64_t, std::uint64_t) { return {}; }
#endif
    result<void> take(const scanned_credential&, std::span<const scanned_key>) { return {}; }
};
auto count(const sqlite_store& store, counting& sink) { return store.scan("instance", sink); }

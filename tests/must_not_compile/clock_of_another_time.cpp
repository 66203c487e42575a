// expects: the `now` of Clock must return a timestamp
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct mine {
#ifdef MUST_FAIL
    std::chrono::steady_clock::time_point now() const noexcept { return std::chrono::steady_clock::now(); }
#else
    timestamp now() const noexcept { return timestamp{}; }
#endif
};
auto open(memory_store& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, memory_store, mine>::open(store, ring);
}

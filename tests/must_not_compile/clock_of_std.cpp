// expects: or take shearline::system_clock
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

#ifdef MUST_FAIL
using mine = std::chrono::system_clock;
#else
using mine = shearline::system_clock;
#endif
auto open(memory_store& store, const keyring& ring) {
    return authority<policies<key_format<"instance">>, memory_store, mine>::open(store, ring);
}

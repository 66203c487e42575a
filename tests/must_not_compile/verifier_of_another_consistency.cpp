// expects: Consistency is strict or bounded<std::chrono::seconds{5}>
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

#ifdef MUST_FAIL
using consistency = std::chrono::seconds;
#else
using consistency = strict;
#endif
auto open(memory_store& store, const keyring& ring) {
    return verifier<policies<key_format<"instance">>, memory_store, consistency>::open(store, ring);
}

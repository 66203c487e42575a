// expects: Policies is a key format and no bundle: write policies<...> around it
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

#ifdef MUST_FAIL
using bundle = key_format<"instance">;
#else
using bundle = policies<key_format<"instance">>;
#endif
auto open(memory_store& store, const keyring& ring) { return authority<bundle, memory_store>::open(store, ring); }

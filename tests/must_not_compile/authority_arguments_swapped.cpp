// expects: Policies is no bundle
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using bundle = policies<key_format<"instance">>;
#ifdef MUST_FAIL
using keys = authority<memory_store, bundle>;
#else
using keys = authority<bundle, memory_store>;
#endif
auto open(memory_store& store, const keyring& ring) { return keys::open(store, ring); }

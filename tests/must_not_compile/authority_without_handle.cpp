// expects: carries no handle
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/github_format.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

#ifdef MUST_FAIL
using format = shearline::github_format<"ghp">;
#else
using format = shearline::key_format<"instance">;
#endif
auto open(shearline::memory_store& store, const shearline::keyring& ring) {
    return shearline::authority<shearline::policies<format>, shearline::memory_store>::open(store, ring);
}

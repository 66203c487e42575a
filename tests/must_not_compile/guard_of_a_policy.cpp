// expects: Keys is an authority or a verifier
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/guard.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using product = shearline::policies<shearline::key_format<"instance">>;

#ifdef MUST_FAIL
using keys = product;
#else
using keys = shearline::verifier<product, shearline::memory_store>;
#endif

auto guard_of(keys& of) { return shearline::request_guard{of, "crm"}; }

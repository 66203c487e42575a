// expects: request_guard: write scope<
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/guard.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using authority = shearline::authority<shearline::policies<shearline::key_format<"instance">>, shearline::memory_store>;

bool opens(const shearline::request_guard<authority>& guard, std::span<const shearline::header_field> fields) {
#ifdef MUST_FAIL
    return bool{guard.check(fields, "/contacts", "contacts:read")};
#else
    return bool{guard.check(fields, "/contacts", shearline::scope<"contacts:read">)};
#endif
}

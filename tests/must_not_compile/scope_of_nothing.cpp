// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string_view>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using authority = shearline::authority<shearline::policies<shearline::key_format<"instance">>, shearline::memory_store>;

bool opens(const authority& keys, std::string_view text) {
#ifdef MUST_FAIL
    return bool{keys.verify(text, {})};
#else
    return bool{keys.verify(text, shearline::any_scope)};
#endif
}

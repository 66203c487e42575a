// expects: verify: the time comes before the scope: write verify(text, now, scope)
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using keys = verifier<policies<key_format<"instance">>, memory_store>;

bool may_write(keys::reader& of, std::string_view text, timestamp now) {
#ifdef MUST_FAIL
    (void)now;
    return static_cast<bool>(of.verify(text, scope<"contacts:write">));
#else
    return static_cast<bool>(of.verify(text, now, scope<"contacts:write">));
#endif
}

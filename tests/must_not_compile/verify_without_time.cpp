// expects: write verify(text, now, scope)
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using checks = verifier<policies<key_format<"instance">>, memory_store>;

bool opens(checks::reader& reader, std::string_view text) {
#ifdef MUST_FAIL
    return bool{reader.verify(text, "contacts:read")};
#else
    return bool{reader.verify(text, shearline::system_clock{}.now(), "contacts:read")};
#endif
}

// expects: write from_unix_ms(
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using checks = verifier<policies<key_format<"instance">>, memory_store>;

bool opens(checks::reader& reader, std::string_view text) {
#ifdef MUST_FAIL
    return bool{reader.verify(text, 1'700'000'000'000)};
#else
    return bool{reader.verify(text, from_unix_ms(1'700'000'000'000))};
#endif
}

// expects: write to_timestamp(now)
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using checks = verifier<policies<key_format<"instance">>, memory_store>;

bool opens(checks& keys, std::string_view text) {
#ifdef MUST_FAIL
    return bool{keys.verify(text, std::chrono::system_clock::now())};
#else
    return bool{keys.verify(text, shearline::system_clock{}.now())};
#endif
}

// expects: verify: a const verifier cannot verify: take it by verifier&
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using keys = verifier<policies<key_format<"instance">>, memory_store>;

#ifdef MUST_FAIL
bool may_write(const keys& of, std::string_view text) {
#else
bool may_write(keys& of, std::string_view text) {
#endif
    return static_cast<bool>(of.verify(text, "contacts:write"));
}

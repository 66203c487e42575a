// expects: verifier::run: stop is a std::stop_token
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

struct flag {
#ifndef MUST_FAIL
    [[nodiscard]] bool stop_requested() const { return true; }
#endif
};
auto run(verifier<policies<key_format<"mine">>, memory_store>& fast) { return fast.run(flag{}); }

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The code in the README for testing your own store: tests/docs/blocks.py compares them.
#include <cstdio>
#include <memory>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/store_conformance.hpp>

struct my_place {
    using store_type = shearline::memory_store;  // here: your own
    shearline::memory_store& store() { return *of; }
    std::unique_ptr<shearline::memory_store> of = std::make_unique<shearline::memory_store>();
};

int main() {
    const auto seen = shearline::testing::store_conformance([] { return my_place{}; });
    if (!seen) std::puts(seen.message().c_str());  // the shortest sequence of calls that goes wrong
    return seen ? 0 : 1;
}

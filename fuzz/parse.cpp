// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as the text of a key of the default format.
#include <shearline/testing/fuzz.hpp>

#include "../tests/support/rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shearline::testing::fuzz_format<support::instance>(support::instance_rules, std::string(data, data + size));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    return shearline::testing::mutate_key(support::instance_rules, data, size, most, seed);
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as the text of a key in another product's format.
#include <shearline/testing/fuzz.hpp>

#include "../tests/support/rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    shearline::testing::fuzz_format<support::token>(support::token_rules, bytes);
    shearline::testing::fuzz_format<support::seam>(support::seam_rules, bytes);
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    return shearline::testing::mutate_key(support::token_rules, data, size, most, seed);
}

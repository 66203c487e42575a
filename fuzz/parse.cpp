// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as the text of a key of the default format.
#include <shearline/testing/fuzz.hpp>

#include "../tests/support/rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shearline::testing::fuzz_format<support::instance>(support::instance_rules, std::string(data, data + size));
    return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    const std::size_t mutated = LLVMFuzzerMutate(data, size, most);
    if (seed % 2 == 0) shearline::testing::fix_checksum(support::instance_rules, data, mutated);
    return mutated;
}

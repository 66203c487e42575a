// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as a stored digest.
#include <shearline/testing/fuzz.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shearline::testing::fuzz_stored_digest(std::string(data, data + size));
    return 0;
}

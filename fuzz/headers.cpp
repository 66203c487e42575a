// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any lines as a request: the first is the target, each further one a field.
#include <shearline/testing/fuzz.hpp>

#include "../tests/support/rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shearline::testing::fuzz_request<support::instance>(support::instance_rules, std::string(data, data + size));
    return 0;
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as a sealed text, and as a text to seal.
#include <shearline/testing/fuzz.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const shearline::secret_bytes<32> key = [] {
        shearline::secret_bytes<32> made;
        if (!shearline::system_entropy{}.fill(made.reveal_mutable(shearline::unsafe_reveal))) std::abort();
        return made;
    }();
    shearline::testing::fuzz_sealed_text(key, std::string(data, data + size));
    return 0;
}

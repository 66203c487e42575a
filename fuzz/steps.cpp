// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as a sequence of calls, made both through an authority and in the model: everything that can be read is
// equal.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <shearline/keyring.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/store_trial.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "plain_sodium.hpp"

namespace {

struct memory_place {
    using store_type = shearline::memory_store;
    shearline::memory_store& store() { return of; }
    shearline::memory_store of;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace shearline::testing;
    constexpr std::size_t most_bytes = 256;
    const auto steps = steps_of(std::string(data, data + std::min(size, most_bytes)));
    static const auto ring = shearline::keyring::create(temporary_folder{}.file("keyring"));
    repeatable_random::restart();
    memory_place place;
    store_trial trial{place, ring};
    for (std::size_t i = 0; i < steps.size(); ++i) {
        // All is compared at the end only: each beginning of a sequence is an input, too.
        const auto failure = i + 1 == steps.size() ? trial.make(steps[i]) : trial.make_unread(steps[i]);
        if (!failure) continue;
        std::fprintf(stderr, "%s\nafter %s\n", failure->c_str(), to_string(steps).c_str());
        std::abort();
    }
    return 0;
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The claims about the prepared state of a hash.
// Depends on digest/digest_bytes.hpp and testing/report.hpp; never on one hash.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <shearline/digest/digest_bytes.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The claims about a state: it is a value that nothing else can change, and any number of threads may use it.
template <typename Hash>
[[nodiscard]] report hash_state_claims() {
    using key_type = std::array<std::byte, 32>;
    using message_type = std::vector<std::byte>;
    using state_type = typename Hash::key_state;
    report seen;
    const key_type key{};
    key_type another{};
    another.fill(std::byte{7});
    const state_type state = Hash::prepare(key);
    const message_type one(52, std::byte{1});
    const digest_bytes first = Hash::mac(state, one);
    for (const std::size_t length : {0U, 9U, 63U, 64U, 65U, 119U, 300U, 5'000U}) {
        static_cast<void>(Hash::mac(state, message_type(length, std::byte{2})));
        seen.check(Hash::mac(state, one) == first, "a state is the same after it was used",
                   "for " + std::to_string(length) + " bytes");
    }
    {
        // A copy of its bytes behaves alike, even after the original was overwritten with another key.
        auto original = std::make_unique<state_type>(Hash::prepare(key));
        state_type copied = Hash::prepare(another);
        std::memcpy(static_cast<void*>(&copied), original.get(), sizeof copied);
        *original = Hash::prepare(another);
        static_cast<void>(Hash::mac(*original, message_type(100, std::byte{3})));
        seen.check(Hash::mac(copied, one) == first, "a copy of a state gives the same digests");
        original.reset();
        seen.check(Hash::mac(copied, one) == first, "a copy of a state outlives the state");
    }
    static_cast<void>(Hash::mac(Hash::prepare(another), one));
    seen.check(Hash::mac(state, one) == first, "a state is the same after another key was prepared");
    key_type wiped{};
    const state_type kept = Hash::prepare(wiped);
    wiped.fill(std::byte{9});
    seen.check(Hash::mac(kept, one) == first, "a state does not point to the key that it was made from");

    constexpr std::size_t threads = 3;
    std::array<std::size_t, threads> wrong{};
    {
        std::vector<std::thread> all;
        for (std::size_t number = 0; number < threads; ++number)
            all.emplace_back([&state, &wrong, number] {
                const message_type mine(40 + number, static_cast<std::byte>(number));
                const digest_bytes expected = Hash::mac(state, mine);
                for (int i = 0; i < 20'000; ++i) wrong[number] += Hash::mac(state, mine) == expected ? 0U : 1U;
            });
        for (std::thread& each : all) each.join();
    }
    seen.check(std::all_of(wrong.begin(), wrong.end(), [](std::size_t of) { return of == 0; }),
               "threads can share a state");
    return seen;
}

}  // namespace shearline::inline v0_1::testing::detail

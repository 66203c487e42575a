// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a hash policy to what the library builds on: every bit of key and message counts, and nothing else does.
// Depends on concepts.hpp and testing/report.hpp; never on one hash. Whether it is a good hash, no test can tell.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

/// The claims, for `mac(key, message)`; a report that is bad where one does not hold.
template <typename Mac>
[[nodiscard]] report keyed_hash_claims(Mac mac, std::uint64_t seed) {
    report seen;
    std::mt19937_64 random{seed};
    std::array<std::byte, 32> key{};
    for (std::byte& byte : key) byte = static_cast<std::byte>(random());
    for (const std::size_t length : {0U, 1U, 31U, 32U, 52U, 55U, 56U, 63U, 64U, 65U, 119U, 128U, 300U}) {
        std::vector<std::byte> message(length);
        for (std::byte& byte : message) byte = static_cast<std::byte>(random());
        const std::string where = "a message of " + std::to_string(length) + " bytes";
        const digest_bytes first = mac(key, message);
        seen.check(mac(key, message) == first, "the same key and message give the same digest", where);
        std::set<digest_bytes> all{first};
        std::size_t asked = 1;
        for (std::size_t bit = 0; bit < 8 * length; ++bit, ++asked) {
            std::vector<std::byte> other = message;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            all.insert(mac(key, other));
        }
        for (std::size_t bit = 0; bit < 256; ++bit, ++asked) {
            std::array<std::byte, 32> other = key;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            all.insert(mac(other, message));
        }
        std::vector<std::byte> longer = message;
        for (int zeros = 0; zeros < 3; ++zeros, ++asked) {
            longer.push_back(std::byte{0});
            all.insert(mac(key, longer));
        }
        seen.check(all.size() == asked, "another key, bit or length gives another digest", where);
    }
    return seen;
}

}  // namespace detail

/// Holds a hash policy to the contract of `hash_policy`: one state serves any number of messages, a copy of it does
/// the same, and the digest depends on every bit and the length of the message and on every bit of the key. About
/// 10,000 hashes. Whether its time depends on a secret, testing/constant_time.hpp asks.
template <typename Hash>
[[nodiscard]] report hash_conformance(std::uint64_t seed = 1) {
    static_assert(hash_policy<Hash>, "hash_conformance<Hash>: Hash must have what hash_policy asks for");
    using key_type = std::array<std::byte, 32>;
    using message_type = std::vector<std::byte>;
    const auto mac = [](const key_type& key, const message_type& message) {
        return Hash::mac(Hash::prepare(key), message);
    };
    report seen = detail::keyed_hash_claims(mac, seed);

    const key_type key{};
    const auto state = Hash::prepare(key);
    key_type another{};
    another.fill(std::byte{7});
    auto copied = Hash::prepare(another);
    std::memcpy(&copied, &state, sizeof state);
    const message_type one(52, std::byte{1});
    const message_type two(9, std::byte{2});
    const digest_bytes first = Hash::mac(state, one);
    static_cast<void>(Hash::mac(state, two));
    seen.check(Hash::mac(state, one) == first, "a state is the same after it was used");
    seen.check(Hash::mac(copied, one) == first, "a copy of a state does what the state does");

    seen.control(!detail::keyed_hash_claims(
                     [&](const key_type& under, const message_type& message) {
                         return mac(under, message_type(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(
                                                                                               message.size() / 2)));
                     },
                     seed),
                 "a hash of half the message");
    seen.control(!detail::keyed_hash_claims(
                     [&](key_type under, const message_type& message) {
                         under[31] &= std::byte{0x7f};
                         return mac(under, message);
                     },
                     seed),
                 "a hash that leaves out one bit of the key");
    seen.control(!detail::keyed_hash_claims(
                     [&](const key_type& under, message_type message) {
                         message.resize((message.size() + 63) / 64 * 64);
                         return mac(under, message);
                     },
                     seed),
                 "a hash that fills up with zeros");
    return seen;
}

}  // namespace shearline::inline v0_1::testing

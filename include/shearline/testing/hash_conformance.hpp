// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a hash policy to what the library builds on: every bit of key and message counts, and nothing else does.
// Depends on concepts.hpp and testing/report.hpp; never on one hash. Whether it is a good hash, no test can tell.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
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
        for (std::size_t place = 0; place < first.size(); ++place)
            seen.check(std::any_of(all.begin(), all.end(), [&](const auto& one) { return one[place] != first[place]; }),
                       "every byte of a digest depends on key and message", where + ", byte " + std::to_string(place));
    }
    // A digest that is put together of one of the key and one of the message is forged from three others.
    std::array<std::byte, 32> other_key = key;
    other_key[0] ^= std::byte{1};
    const std::vector<std::byte> one(52, std::byte{1});
    const std::vector<std::byte> other(52, std::byte{2});
    const digest_bytes corners[] = {mac(key, one), mac(key, other), mac(other_key, one), mac(other_key, other)};
    bool is_a_sum = true;
    for (std::size_t i = 0; i < corners[0].size(); ++i)
        is_a_sum = is_a_sum && (corners[0][i] ^ corners[1][i]) == (corners[2][i] ^ corners[3][i]);
    seen.check(!is_a_sum, "key and message are mixed");
    return seen;
}

/// The claims about a state: it is a value, and nothing that happens elsewhere reaches into it.
template <typename Hash>
[[nodiscard]] report hash_state_claims() {
    using key_type = std::array<std::byte, 32>;
    using message_type = std::vector<std::byte>;
    report seen;
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
    static_cast<void>(Hash::mac(Hash::prepare(another), one));
    seen.check(Hash::mac(state, one) == first, "a state is the same after another key was prepared");
    key_type wiped{};
    const auto kept = Hash::prepare(wiped);
    wiped.fill(std::byte{9});
    seen.check(Hash::mac(kept, one) == first, "a state does not point to the key that it was made from");
    return seen;
}

/// Its states point to the keys that they were made from.
template <typename Hash>
struct borrowing_hash {
    struct key_state {
        const std::byte* key;
    };
    static key_state prepare(std::span<const std::byte, 32> key) { return {key.data()}; }
    static digest_bytes mac(const key_state& state, std::span<const std::byte> message) noexcept {
        return Hash::mac(Hash::prepare(std::span<const std::byte, 32>{state.key, 32}), message);
    }
};

/// All its states are one.
template <typename Hash>
struct shared_hash {
    struct key_state {};
    static key_state prepare(std::span<const std::byte, 32> key) {
        only = Hash::prepare(key);
        return {};
    }
    static digest_bytes mac(const key_state&, std::span<const std::byte> message) noexcept {
        return Hash::mac(*only, message);
    }
    static inline std::optional<typename Hash::key_state> only{};
};

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

    seen.add(detail::hash_state_claims<Hash>());
    const auto control = [seed, &seen](std::string_view what, auto wrong) {
        seen.control(!detail::keyed_hash_claims(wrong, seed), what);
    };
    seen.control(!detail::hash_state_claims<detail::borrowing_hash<Hash>>(), "a state that points to its key");
    seen.control(!detail::hash_state_claims<detail::shared_hash<Hash>>(), "states that are all one");
    control("a hash of half the message", [&](const key_type& under, message_type message) {
        message.resize(message.size() / 2);
        return mac(under, message);
    });
    control("a hash that leaves out one bit of the key", [&](key_type under, const message_type& message) {
        under[31] &= std::byte{0x7f};
        return mac(under, message);
    });
    control("a hash that fills up with zeros", [&](const key_type& under, message_type message) {
        message.resize((message.size() + 63) / 64 * 64);
        return mac(under, message);
    });
    control("a hash of the first 256 bytes", [&](const key_type& under, message_type message) {
        message.resize(std::min<std::size_t>(message.size(), 256));
        return mac(under, message);
    });
    control("a hash of a text, which ends at a zero", [&](const key_type& under, message_type message) {
        message.erase(std::find(message.begin(), message.end(), std::byte{0}), message.end());
        return mac(under, message);
    });
    control("a hash that is cut to 16 bytes", [&](const key_type& under, const message_type& message) {
        digest_bytes cut = mac(under, message);
        std::fill(cut.begin() + 16, cut.end(), std::byte{0});
        return cut;
    });
    control("a hash without its key", [&](const key_type&, const message_type& message) { return mac({}, message); });
    control("a digest of the key beside one of the message", [&](const key_type& under, const message_type& message) {
        digest_bytes sum = mac({}, message);
        const digest_bytes of_key = mac(under, {});
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= of_key[i];
        return sum;
    });
    control("a hash that counts its calls", [&, calls = 0](const key_type& under, message_type message) mutable {
        message.push_back(static_cast<std::byte>(++calls));
        return mac(under, message);
    });
    return seen;
}

}  // namespace shearline::inline v0_1::testing

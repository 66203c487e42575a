// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Hashes whose states have one fault each: negative controls of hash_conformance.hpp.
// Depends on digest/digest_bytes.hpp; never on a suite.
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

#include <shearline/digest/digest_bytes.hpp>

namespace shearline::inline v0_1::testing::detail {

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

/// All its states are one: that of the last key.
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

/// The first byte of a long message stays in its state.
template <typename Hash>
struct lingering_hash {
    struct key_state {
        typename Hash::key_state of;
        mutable std::byte last{};
    };
    static key_state prepare(std::span<const std::byte, 32> key) { return {Hash::prepare(key)}; }
    static digest_bytes mac(const key_state& state, std::span<const std::byte> message) noexcept {
        digest_bytes made = Hash::mac(state.of, message);
        made[0] ^= state.last;
        if (message.size() >= 64) state.last = message.front();
        return made;
    }
};

}  // namespace shearline::inline v0_1::testing::detail

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a hash policy: its digests depend on every bit of key and message, and on nothing else.
// Depends on concepts.hpp and testing/report.hpp; never on one hash. No test can tell whether a hash is secure.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/digest/hash_name.hpp>
#include <shearline/testing/detail/hash_states.hpp>
#include <shearline/testing/detail/wrong_hashes.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

/// The claims about `mac(key, message)`.
template <typename Mac>
class keyed_hash_claims {
    using key_type = std::array<std::byte, 32>;
    using message_type = std::vector<std::byte>;

public:
    keyed_hash_claims(Mac& mac, std::uint64_t seed, std::string_view only = {})
        : m_mac{&mac},
          m_seed{seed},
          m_random{seed},
          m_seen{"hash_conformance<Hash>(" + std::to_string(seed) + ", ", only} {
        fill(m_key);
    }

    [[nodiscard]] report run() {
        for (const std::size_t length : {0U, 1U, 31U, 32U, 52U, 55U, 56U, 63U, 64U, 65U, 119U, 128U, 300U})
            every_bit_counts(length);
        long_messages();
        lengths_and_ends();
        order_of_blocks();
        wherever_it_lies();
        mixes_key_and_message();
        return std::move(m_seen);
    }

private:
    template <typename Bytes>
    void fill(Bytes& bytes) {
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(m_random());
    }
    [[nodiscard]] message_type any_message(std::size_t length) {
        message_type message(length);
        m_random.seed(m_seed + length);  // the same message, whatever was drawn before
        fill(message);
        return message;
    }
    [[nodiscard]] digest_bytes mac(const message_type& message) { return (*m_mac)(m_key, std::span{message}); }

    /// Checks that these digests are all different, and that each byte of them varies.
    void are_all_others(const digest_bytes& first, const std::vector<digest_bytes>& others, std::string_view claim,
                        const std::string& where) {
        std::set<digest_bytes> all{first};
        for (const digest_bytes& one : others) all.insert(one);
        m_seen.check(all.size() == others.size() + 1, claim, where);
        if (others.size() < 8) return;
        for (std::size_t place = 0; place < first.size(); ++place)
            m_seen.check(
                std::any_of(others.begin(), others.end(), [&](const auto& one) { return one[place] != first[place]; }),
                claim, where + ", byte " + std::to_string(place) + " of the digest");
    }

    void every_bit_counts(std::size_t length) {
        const std::string where = "a message of " + std::to_string(length) + " bytes";
        if (!m_seen.wants(where)) return;
        const message_type message = any_message(length);
        const digest_bytes first = mac(message);
        m_seen.check(mac(message) == first, "the same key and message give the same digest", where);
        std::set<std::vector<std::byte>> words;
        for (std::size_t at = 0; at < first.size(); at += 8) words.emplace(first.data() + at, first.data() + at + 8);
        m_seen.check(words.size() == first.size() / 8, "no part of a digest repeats another", where);
        std::vector<digest_bytes> others;
        for (std::size_t bit = 0; bit < 8 * length; ++bit) {
            message_type other = message;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            others.push_back(mac(other));
        }
        are_all_others(first, others,
                       "flipping a bit of the message changes the digest, and every byte of it depends on the message",
                       where);
        others.clear();
        for (std::size_t bit = 0; bit < 256; ++bit) {
            key_type other = m_key;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            others.push_back((*m_mac)(other, std::span{message}));
        }
        are_all_others(first, others,
                       "flipping a bit of the key changes the digest, and every byte of it depends on the key", where);
    }

    void long_messages() {
        for (const std::size_t length : {1'100U, 5'000U, 70'000U}) {
            const std::string where = "a long message of " + std::to_string(length) + " bytes";
            if (!m_seen.wants(where)) continue;
            const message_type message = any_message(length);
            std::vector<digest_bytes> others;
            for (std::size_t i = 0; i < 40; ++i) {
                message_type other = message;
                other[i * (length - 1) / 39] ^= std::byte{1};
                others.push_back(mac(other));
            }
            are_all_others(mac(message), others, "the digest depends on every part of a long message", where);
        }
    }

    void lengths_and_ends() {
        for (const std::size_t length : {0U, 20U, 58U, 64U}) {
            const std::string where = "messages around one of " + std::to_string(length) + " bytes";
            if (!m_seen.wants(where)) continue;
            const message_type message = any_message(length);
            std::vector<digest_bytes> others;
            for (unsigned code = 0; code < 256; ++code) {
                message_type longer = message;
                longer.push_back(static_cast<std::byte>(code));
                others.push_back(mac(longer));
                if (length == 0) continue;
                longer = message;
                longer.insert(longer.begin(), static_cast<std::byte>(code));
                others.push_back(mac(longer));
            }
            for (const std::size_t zeros : {2U, 3U, 64U, 256U, 65'536U}) {
                message_type longer = message;
                longer.resize(length + zeros);
                others.push_back(mac(longer));
            }
            are_all_others(mac(message), others, "another length changes the digest, whatever is added", where);
        }
    }

    void order_of_blocks() {
        const message_type message = any_message(512);
        if (!m_seen.wants("parts of")) return;
        for (const std::size_t block : {1U, 4U, 8U, 16U, 32U, 64U, 128U, 256U}) {
            message_type other = message;
            std::swap_ranges(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(block),
                             other.begin() + static_cast<std::ptrdiff_t>(512 - block));
            m_seen.check(mac(other) != mac(message), "the digest depends on the order of a message's parts",
                         "parts of " + std::to_string(block) + " bytes");
        }
    }

    void wherever_it_lies() {
        if (!m_seen.wants("offset")) return;
        const message_type message = any_message(61);
        const digest_bytes first = mac(message);
        message_type room(61 + 64);
        for (std::size_t offset = 0; offset < 64; ++offset) {
            std::copy(message.begin(), message.end(), room.begin() + static_cast<std::ptrdiff_t>(offset));
            m_seen.check((*m_mac)(m_key, std::span<const std::byte>{room}.subspan(offset, 61)) == first,
                         "the digest does not depend on the address of the message",
                         "offset " + std::to_string(offset));
        }
    }

    /// A digest that combines one of the key and one of the message could be forged from three others.
    void mixes_key_and_message() {
        if (!m_seen.wants("two keys and two messages")) return;
        key_type other_key = m_key;
        other_key[0] ^= std::byte{1};
        const message_type one(52, std::byte{1});
        const message_type other(52, std::byte{2});
        const digest_bytes corners[] = {mac(one), mac(other), (*m_mac)(other_key, std::span{one}),
                                        (*m_mac)(other_key, std::span{other})};
        bool is_xor = true;
        bool is_sum = true;
        const auto number = [](std::byte byte) { return std::to_integer<unsigned>(byte); };
        for (std::size_t i = 0; i < corners[0].size(); ++i) {
            is_xor = is_xor && (corners[0][i] ^ corners[1][i]) == (corners[2][i] ^ corners[3][i]);
            is_sum =
                is_sum &&
                (number(corners[0][i]) - number(corners[1][i]) - number(corners[2][i]) + number(corners[3][i])) % 256 ==
                    0;
        }
        m_seen.check(!is_xor && !is_sum, "key and message are mixed", "two keys and two messages");
    }

    Mac* m_mac;
    std::uint64_t m_seed;
    std::mt19937_64 m_random;
    key_type m_key{};
    report m_seen;
};

}  // namespace detail

/// Tests a hash policy against the contract of `hash_policy`: one state serves any number of messages, a copy of it
/// behaves alike, and the digest depends on every bit and the length of the message and on every bit of the key.
/// testing/constant_time.hpp tests whether its time depends on a secret. `only` runs one case, by the name that a
/// report gives it, without the claims about states and the negative controls.
///
/// Example:
///     auto test_my_hash = []<typename Hash>() {
///         const auto seen = shearline::testing::hash_conformance<Hash>();
///         return seen ? std::string{"passed"} : seen.message();
///     };
template <typename Hash>
[[nodiscard]] report hash_conformance(std::uint64_t seed = 1, std::string_view only = {}) {
    static_assert(hash_policy<Hash>, "hash_conformance<Hash>: Hash must have what hash_policy asks for");
    using key_type = std::array<std::byte, 32>;
    using message_type = std::vector<std::byte>;
    const auto mac = [](const key_type& key, std::span<const std::byte> message) {
        return Hash::mac(Hash::prepare(key), message);
    };
    report seen = detail::keyed_hash_claims{mac, seed, only}.run();
    if (!only.empty()) return seen;
    seen.check(hash_name::parse(Hash::name).has_value(), "a hash has a name of 1 to 32 characters of a-z 0-9 -",
               std::string{Hash::name});
    seen.add(detail::hash_state_claims<Hash>());

    seen.control(!detail::hash_state_claims<detail::borrowing_hash<Hash>>(), "a state that points to its key");
    seen.control(!detail::hash_state_claims<detail::shared_hash<Hash>>(), "states that share one key");
    seen.control(!detail::hash_state_claims<detail::lingering_hash<Hash>>(), "a state that keeps what it hashed");
    const auto control = [seed, &seen](std::string_view what, auto wrong) {
        seen.control(!detail::keyed_hash_claims{wrong, seed}.run(), what);
    };
    // Hashes that hash another message than the one given.
    const auto of_another = [&](std::string_view what, auto change) {
        control(what, [&mac, change](const key_type& under, std::span<const std::byte> message) mutable {
            message_type other(message.begin(), message.end());
            change(other);
            return mac(under, other);
        });
    };
    of_another("a hash of half the message", [](message_type& message) { message.resize(message.size() / 2); });
    of_another("a hash that pads with zeros",
               [](message_type& message) { message.resize((message.size() + 63) / 64 * 64); });
    of_another("a hash of the first 512 bytes",
               [](message_type& message) { message.resize(std::min<std::size_t>(message.size(), 512)); });
    of_another("a hash that stops at a zero byte", [](message_type& message) {
        message.erase(std::find(message.begin(), message.end(), std::byte{0}), message.end());
    });
    of_another("a hash that ignores a newline at the end", [](message_type& message) {
        if (!message.empty() && message.back() == std::byte{'\n'}) message.pop_back();
    });
    of_another("a hash that keeps the length in a byte", [](message_type& message) {
        const auto length = static_cast<std::byte>(message.size());
        while (!message.empty() && message.back() == std::byte{0}) message.pop_back();
        message.push_back(length);
    });
    of_another("a hash that counts its calls",
               [calls = 0](message_type& message) mutable { message.push_back(static_cast<std::byte>(++calls)); });
    control("a hash that leaves out one bit of the key", [&](key_type under, std::span<const std::byte> message) {
        under[31] &= std::byte{0x7f};
        return mac(under, message);
    });
    control("a hash that is truncated to 16 bytes", [&](const key_type& under, std::span<const std::byte> message) {
        digest_bytes cut = mac(under, message);
        std::fill(cut.begin() + 16, cut.end(), std::byte{0});
        return cut;
    });
    control("a hash whose second half has no key", [&](const key_type& under, std::span<const std::byte> message) {
        digest_bytes made = mac(under, message);
        const digest_bytes without = mac({}, message);
        std::copy(without.begin() + 16, without.end(), made.begin() + 16);
        return made;
    });
    control("a hash whose second half has no message", [&](const key_type& under, std::span<const std::byte> message) {
        digest_bytes made = mac(under, message);
        const digest_bytes of_key = mac(under, {});
        std::copy(of_key.begin() + 16, of_key.end(), made.begin() + 16);
        return made;
    });
    control("a hash of 16 bytes, given twice", [&](const key_type& under, std::span<const std::byte> message) {
        digest_bytes made = mac(under, message);
        std::copy(made.begin(), made.begin() + 16, made.begin() + 16);
        return made;
    });
    control("a hash without its key",
            [&](const key_type&, std::span<const std::byte> message) { return mac({}, message); });
    for (const bool carries : {false, true})
        control(carries ? "a digest of the key, to which one of the message is added"
                        : "a digest of the key beside one of the message",
                [&mac, carries](const key_type& under, std::span<const std::byte> message) {
                    digest_bytes sum = mac({}, message);
                    const digest_bytes of_key = mac(under, {});
                    for (std::size_t i = 0; i < sum.size(); ++i)
                        sum[i] = carries ? static_cast<std::byte>(std::to_integer<unsigned>(sum[i]) +
                                                                  std::to_integer<unsigned>(of_key[i]))
                                         : sum[i] ^ of_key[i];
                    return sum;
                });
    control("a hash that ignores the order of blocks", [&](const key_type& under, std::span<const std::byte> message) {
        digest_bytes sum = mac(under, std::array{static_cast<std::byte>(message.size())});
        for (; !message.empty(); message = message.subspan(std::min<std::size_t>(message.size(), 64))) {
            const digest_bytes one = mac(under, message.first(std::min<std::size_t>(message.size(), 64)));
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= one[i];
        }
        return sum;
    });
    control("a hash that depends on the alignment of the message",
            [&](const key_type& under, std::span<const std::byte> message) {
                digest_bytes made = mac(under, message);
                made[0] ^= static_cast<std::byte>(reinterpret_cast<std::uintptr_t>(message.data()) % 8);
                return made;
            });
    return seen;
}

}  // namespace shearline::inline v0_1::testing

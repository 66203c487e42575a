// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a verifier remembers that a text matched a digest: as a short keyed tag, or not at all.
// Depends on digest/siphash_lanes.hpp and libsodium; never on a table.
#pragma once

#include <sodium.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <shearline/digest/siphash_lanes.hpp>
#include <shearline/secret/compare.hpp>

namespace shearline::inline v0_1 {

/// Remembers a match (default). When a text has passed the whole check of checksum and digest, its SipHash-2-4-128 tag
/// is kept with the key: over every byte after the prefix, under a random key of this process. The next check of
/// the same text compares the tags (and the prefix, byte by byte) instead of computing the digest. (J.-P. Aumasson, D.
/// J. Bernstein, "SipHash: a fast short-input PRF", 2012.)
///
/// A tag means that this text matched this digest; state, times and scopes are checked on every call. SipHash is not
/// secure against somebody who knows its key: if an attacker could read the memory of the process, assume that keys can
/// be forged, as for any process that has peppers in memory. The key of the tags is never stored, and a child made by
/// `fork` does not have it. Thread-safe.
struct siphash_memo {
    static constexpr bool remembers = true;
    using tag = std::array<std::uint64_t, 2>;
    using key = detail::siphash_key;
    static_assert(sizeof(tag) == crypto_shorthash_siphashx24_BYTES);
    static_assert(sizeof(key) == crypto_shorthash_siphashx24_KEYBYTES);

    /// A new random key. O(1).
    [[nodiscard]] static key make_key() noexcept {
        key fresh{};
        ::randombytes_buf(fresh.bytes.data(), fresh.bytes.size());
        return fresh;
    }

    /// The tag of a text. Constant-time in the key and the text; linear in the text.
    [[nodiscard]] static tag of(const key& with, std::string_view text) noexcept {
        std::array<unsigned char, sizeof(tag)> out;  // filled below
        ::crypto_shorthash_siphashx24(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                      with.bytes.data());
        const auto word = [&out](std::size_t at) {
            std::uint64_t bytes = 0;
            std::memcpy(&bytes, out.data() + at, sizeof(bytes));
            asm("" : "+r"(bytes));  // else both words are read as one vector, which waits for their stores to complete
            return bytes;
        };
        return {word(0), word(8)};
    }

    /// The fastest function for this processor that computes the tags of `count` texts of `size` bytes each, equal to
    /// those of `of`, several at once. A verifier asks for it when it is made. Such a function is constant-time in the
    /// key and the texts, linear, and thread-safe.
    template <unsigned CompiledFor = detail::compiled_for>
    [[nodiscard]] static detail::siphash_of_many of_many() noexcept {
        return detail::choose_siphash<CompiledFor>();
    }

    /// Whether two tags are equal. Constant-time in both; O(1).
    [[nodiscard]] static bool same(const tag& a, const tag& b) noexcept { return constant_time_equal_words(a, b); }
};

/// Remembers nothing: every verification computes the digest. Thread-safe.
struct no_memo {
    static constexpr bool remembers = false;
    struct key {};
    [[nodiscard]] static key make_key() noexcept { return {}; }
};

}  // namespace shearline::inline v0_1

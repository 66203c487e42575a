// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a verifier remembers that a text matched a digest: by a short keyed tag, or not at all.
// Depends on libsodium; never on a table.
#pragma once

#include <sodium.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/secret/compare.hpp>

namespace shearline::inline v0_1 {

/// Remembers: once a text has passed the whole check (its checksum and its digest), its SipHash-2-4-128 tag, over every
/// byte that keys of its format do not have in common, and under a random key of this process, is kept beside the
/// digest; the next check of the same text compares the tags (and the prefix, byte by byte) instead of computing the
/// digest. (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012.)
///
/// A tag says "this text matched this digest" and nothing more: state, times and scopes are looked at each time. It is
/// no stored digest: SipHash promises nothing to those who know its key, so that a process whose memory was read, the
/// key and the lines, must be taken for one whose keys can be forged, which is so of any process that holds its
/// peppers in memory. The key never leaves the process, is lost with it, and a child by fork does not have it.
struct siphash_memo {
    static constexpr bool remembers = true;
    using tag = std::array<std::uint64_t, 2>;
    struct key {
        std::array<unsigned char, crypto_shorthash_siphashx24_KEYBYTES> bytes;
    };
    static_assert(sizeof(tag) == crypto_shorthash_siphashx24_BYTES);

    /// A fresh key.
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
        return std::bit_cast<tag>(out);
    }

    /// Constant-time.
    [[nodiscard]] static bool same(const tag& a, const tag& b) noexcept { return constant_time_equal_words(a, b); }
};

/// Remembers nothing: every verification computes the digest.
struct no_memo {
    static constexpr bool remembers = false;
    struct key {};
    [[nodiscard]] static key make_key() noexcept { return {}; }
};

}  // namespace shearline::inline v0_1

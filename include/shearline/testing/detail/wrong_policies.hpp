// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Policies with one fault each: the negative controls of a bundle.
// Depends on custody/, digest/ and credential/; never on a suite.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <shearline/credential/record.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/digest/digest_bytes.hpp>
#include <shearline/digest/memo.hpp>

namespace shearline::inline v0_1::testing::detail {

/// Hashes the prefix and the handle only.
template <typename Hash>
struct short_hash : Hash {
    static digest_bytes mac(const typename Hash::key_state& state, std::span<const std::byte> message) noexcept {
        return Hash::mac(state, message.first(message.size() < 20 ? message.size() : 20));
    }
};

struct idle_rotation {
    static result<void> replace(record&, timestamp) { return {}; }
};
struct lying_rotation {
    static result<void> replace(record& key, timestamp now) {
        auto done = retire(key, now + std::chrono::hours{1});
        key.retires_at = now;
        return done;
    }
};

struct careless_custody : recoverable {
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& binding,
                                    const sealed_text& sealed) {
        auto text = recoverable::open(key, binding, sealed);
        if (!text) return text;
        std::string other{text->reveal(unsafe_reveal)};
        other.back() = other.back() == 'a' ? 'b' : 'a';
        return secret_text::copy_of(other);
    }
};

struct blind_memo : siphash_memo {
    static tag of(const key&, std::string_view) noexcept { return {1, 1}; }
};

struct checksum_memo : siphash_memo {
    static tag of(const key& with, std::string_view text) noexcept {
        return siphash_memo::of(with, text.substr(text.size() - std::min<std::size_t>(6, text.size())));
    }
};

struct beginning_memo : siphash_memo {
    static tag of(const key& with, std::string_view text) noexcept {
        return siphash_memo::of(with, text.substr(0, text.size() - 1));
    }
};

struct half_memo : siphash_memo {
    static bool same(const tag& a, const tag& b) noexcept { return a[0] == b[0]; }
};

/// Takes the last of several texts for the one before it.
struct uneven_memo : siphash_memo {
    static auto of_many() noexcept {
        return +[](const key& with, const char* const* texts, std::size_t size, std::size_t count, tag* tags) noexcept {
            for (std::size_t i = 0; i < count; ++i)
                tags[i] = siphash_memo::of(with, {texts[i > 0 && i + 1 == count ? i - 1 : i], size});
        };
    }
};

struct open_memo : siphash_memo {
    static key make_key() noexcept { return {}; }
};

struct short_memo {
    static constexpr bool remembers = true;
    using tag = std::uint32_t;
    using key = siphash_memo::key;
    static key make_key() noexcept { return siphash_memo::make_key(); }
    static tag of(const key& with, std::string_view text) noexcept {
        return static_cast<tag>(siphash_memo::of(with, text)[0]);
    }
    static bool same(tag a, tag b) noexcept { return a == b; }
};

}  // namespace shearline::inline v0_1::testing::detail

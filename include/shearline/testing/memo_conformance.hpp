// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a memo policy: what a verifier relies on when it compares a tag instead of a digest.
// Depends on concepts.hpp, digest/memo.hpp and testing/detail/wrong_policies.hpp; never on a verifier.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include <shearline/concepts.hpp>
#include <shearline/testing/detail/wrong_policies.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

template <typename Memo>
report memo_claims() {
    using tag = typename Memo::tag;
    static_assert(std::is_trivially_copyable_v<tag>,
                  "memo_conformance<Memo>: Memo::tag must be trivially copyable, since tables of tags are copied");
    report seen;
    seen.check(sizeof(tag) >= 8, "a tag has at least 64 bits", std::to_string(8 * sizeof(tag)) + " bits");

    const auto key = Memo::make_key();
    const std::string text = "0a1B2c3D4e5F6g7H8i9JkLmNoPqRsTuVwXyZ0123456789ab";
    const auto tag_of = [&key](std::string_view of) { return Memo::of(key, of); };
    const tag own = tag_of(text);
    seen.check(Memo::same(own, tag_of(text)), "a text always has the same tag under one key");
    seen.check(!Memo::same(own, Memo::of(Memo::make_key(), std::string_view{text})),
               "a tag depends on the key of the process");
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char mask : {'\x01', '\x20', '\x40'}) {
            std::string other = text;
            other[at] = static_cast<char>(other[at] ^ mask);
            seen.check(!Memo::same(own, tag_of(other)), "a tag depends on every character",
                       "character " + std::to_string(at + 1));
        }
        seen.check(!Memo::same(own, tag_of(text.substr(0, at))), "a tag depends on the length",
                   std::to_string(at) + " characters");
    }
    const auto bytes = std::bit_cast<std::array<unsigned char, sizeof(tag)>>(own);
    for (std::size_t bit = 0; bit < 8 * sizeof(tag); ++bit) {
        auto other = bytes;
        other[bit / 8] = static_cast<unsigned char>(other[bit / 8] ^ (1U << (bit % 8)));
        seen.check(!Memo::same(own, std::bit_cast<tag>(other)), "tags that differ in one bit are not the same",
                   "bit " + std::to_string(bit));
    }
    return seen;
}

/// Tags of several texts are those of each.
template <typename Memo>
report memo_claims_of_many() {
    report seen;
    if constexpr (shearline::detail::makes_tags_of_many<Memo>) {
        const auto key = Memo::make_key();
        std::array<std::string, 9> texts;
        std::array<const char*, 9> starts{};
        for (std::size_t size = 0; size <= 64; ++size) {
            for (std::size_t i = 0; i < texts.size(); ++i) {
                texts[i].assign(size, static_cast<char>('a' + i));
                starts[i] = texts[i].data();
            }
            for (std::size_t count = 0; count <= texts.size(); ++count) {
                std::array<typename Memo::tag, 9> tags{};
                Memo::of_many()(key, starts.data(), size, count, tags.data());
                for (std::size_t i = 0; i < count; ++i)
                    seen.check(tags[i] == Memo::of(key, texts[i]), "tags of several texts are those of each",
                               "text " + std::to_string(i + 1) + " of " + std::to_string(count) + ", " +
                                   std::to_string(size) + " characters");
            }
        }
    }
    return seen;
}

}  // namespace detail

/// Compares tags of texts that differ in one character, tags of one text under two keys, tags that differ in one bit,
/// and, with `of_many`, tags of several texts with those of each. A memo that fails may let a verifier take one text
/// for another. For policies that remember. Negative controls: memos with one fault. Takes milliseconds.
///
/// Example:
///     const auto seen = shearline::testing::memo_conformance<shearline::siphash_memo>();  // or your own
///     const std::string words = seen.message();
///     const bool passed = static_cast<bool>(seen);
template <typename Memo>
    requires(bool{Memo::remembers})
[[nodiscard]] report memo_conformance() {
    report seen = detail::memo_claims<Memo>();
    seen.add(detail::memo_claims_of_many<Memo>());
    seen.control(!detail::memo_claims<detail::blind_memo>(), "a memo that matches every text");
    seen.control(!detail::memo_claims<detail::checksum_memo>(), "a memo of the checksum alone");
    seen.control(!detail::memo_claims<detail::beginning_memo>(), "a memo of all but the last character");
    seen.control(!detail::memo_claims<detail::half_memo>(), "a memo that compares half a tag");
    seen.control(!detail::memo_claims<detail::open_memo>(), "a memo whose key is public");
    seen.control(!detail::memo_claims<detail::short_memo>(), "a memo of 32 bits");
    seen.control(!detail::memo_claims_of_many<detail::uneven_memo>(),
                 "a memo that takes one of several texts for another");
    return seen;
}

}  // namespace shearline::inline v0_1::testing

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A source of a program whose sources are compiled for different processors: UNIT is the name of its function.
#include <array>
#include <cstddef>
#include <string_view>

#include <shearline/digest/memo.hpp>

using shearline::siphash_memo;

/// Whether tags of several texts are those of each.
bool UNIT() {
    const siphash_memo::key key = siphash_memo::make_key();
    constexpr std::size_t size = 21;  // two words at once, and a rest; 9 texts: two vectors of four in turn, and a rest
    const std::array<const char*, 9> texts{
        "the first of the texts",  "the other of the texts", "the third of the texts",
        "one more of such texts.", "a text like the others", "and one of the others.",
        "the seventh text of it",  "the eighth text of all", "the last of the texts."};
    std::array<siphash_memo::tag, 9> tags{};
    siphash_memo::of_many()(key, texts.data(), size, texts.size(), tags.data());
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (!siphash_memo::same(tags[i], siphash_memo::of(key, std::string_view{texts[i], size}))) return false;
    return true;
}

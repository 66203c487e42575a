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
    const std::array<const char*, 5> texts{"first text", "other text", "third text", "some other", "last text."};
    std::array<siphash_memo::tag, 5> tags{};
    siphash_memo::of_many()(key, texts.data(), 10, texts.size(), tags.data());
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (!siphash_memo::same(tags[i], siphash_memo::of(key, std::string_view{texts[i], 10}))) return false;
    return true;
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Shared by the tests of http/: a key, and very large inputs.
#pragma once

#include <shearline/format/key_format.hpp>
#include <shearline/format/render.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

using instance = shearline::key_format<"instance">;

inline const std::string& key() {
    static const std::string text = [] {
        std::string made(instance::chars, '\0');
        const std::array<std::uint8_t, instance::secret_chars> digits{1, 2, 3};
        shearline::render<instance>(shearline::handle{12'345}, digits, std::span<char, instance::chars>{made});
        return made;
    }();
    return text;
}

/// `piece` repeated, 1 MiB in all. Code that takes quadratic time exceeds the time limit of the test.
inline std::string mebibyte_of(const std::string& piece) {
    std::string text;
    text.reserve(std::size_t{1} << 20U);
    while (text.size() + piece.size() <= text.capacity()) text += piece;
    return text;
}

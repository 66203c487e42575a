// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Keys of any format as texts, from chosen digits.
#pragma once

#include <shearline/format/render.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

template <typename Format>
using secret_digits = std::array<std::uint8_t, Format::secret_chars>;

template <typename Format>
constexpr std::array<char, Format::chars> rendered(shearline::handle name, const secret_digits<Format>& digits) {
    std::array<char, Format::chars> text{};
    shearline::render<Format>(name, digits, text);
    return text;
}

template <typename Format>
std::string key_text(shearline::handle name, const secret_digits<Format>& digits) {
    const auto text = rendered<Format>(name, digits);
    return {text.data(), text.size()};
}

/// 0, 1, 2, … to the end of the alphabet, repeated.
template <typename Format>
constexpr secret_digits<Format> counting_digits() {
    secret_digits<Format> digits{};
    for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = static_cast<std::uint8_t>(i % Format::alphabet::size);
    return digits;
}

/// Reproducible, so that a failure can be investigated; keys of tests are not secret.
template <typename Format>
secret_digits<Format> random_digits(std::mt19937_64& random) {
    secret_digits<Format> digits{};
    for (auto& digit : digits) digit = static_cast<std::uint8_t>(random() % Format::alphabet::size);
    return digits;
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A string literal as a template argument: `key_format<"instance">`.
// Depends on std; never on another definition of ours.
#pragma once

#include <cstddef>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// `Size` characters and a terminating NUL. Structural, as a template argument must be; made at compile time only.
template <std::size_t Size>
struct fixed_string {
    char chars[Size + 1] = {};

    consteval fixed_string() = default;

    consteval fixed_string(const char (&text)[Size + 1]) {  // NOLINT(*-explicit-*): so that "instance" is an argument
        for (std::size_t i = 0; i < Size; ++i) chars[i] = text[i];
    }
    /// Never compiles: a pointer and a view have no size of their own.
    template <typename T>
    consteval fixed_string(const T&) {  // NOLINT(*-explicit-*)
        static_assert(sizeof(T) == 0,
                      "write the text itself in quotes, or give a constexpr char[]: this has no fixed size");
    }

    [[nodiscard]] static consteval std::size_t size() noexcept { return Size; }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars, Size}; }

    template <std::size_t Other>
    [[nodiscard]] friend consteval fixed_string<Size + Other> operator+(const fixed_string& left,
                                                                        const fixed_string<Other>& right) {
        fixed_string<Size + Other> both;
        for (std::size_t i = 0; i < Size; ++i) both.chars[i] = left.chars[i];
        for (std::size_t i = 0; i < Other; ++i) both.chars[Size + i] = right.chars[i];
        return both;
    }
};

template <std::size_t SizeAndNul>
fixed_string(const char (&)[SizeAndNul]) -> fixed_string<SizeAndNul - 1>;
template <typename T>
fixed_string(const T&) -> fixed_string<0>;

}  // namespace shearline::inline v0_1

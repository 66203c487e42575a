// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// To and from std::expected, for code that has it: needs C++23 and a standard library with <expected>.
// Depends on result.hpp; never on another definition of ours.
#pragma once

#include <type_traits>
#include <utility>
#include <version>

#if !defined(__cpp_lib_expected)
#error "shearline/expected.hpp needs C++23 and a standard library with <expected>; result.hpp has the same names"
#else

#include <expected>

#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// The same value or error as a std::expected; a temporary is moved from. O(1) apart from that copy or move.
template <typename T, typename E>
[[nodiscard]] constexpr std::expected<T, E> to_expected(result<T, E> from) {
    if (!from) return std::unexpected{std::move(from).error()};
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return *std::move(from);
}

/// The same value or error as a result; a temporary is moved from. O(1) apart from that copy or move.
template <typename T, typename E>
[[nodiscard]] constexpr result<T, E> from_expected(std::expected<T, E> from) {
    if (!from) return unexpected<E>{std::move(from).error()};
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return *std::move(from);
}

}  // namespace shearline::inline v0_1

#endif

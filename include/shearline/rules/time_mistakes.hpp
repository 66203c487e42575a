// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Says what stands where a verification takes the time, in the first error of the compiler.
// Depends on clock.hpp; never on a verifier.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>

namespace shearline::inline v0_1::detail {

template <typename T>
concept no_timestamp = !std::convertible_to<const T&, timestamp>;

template <typename T>
concept is_system_time = requires { requires std::same_as<typename T::clock, std::chrono::system_clock>; };
template <typename T>
concept is_other_time = requires { typename T::clock; } && !is_system_time<T>;
template <typename T>
concept is_meant_as_scope =
    std::convertible_to<const T&, std::string_view> || requires(const T& given) { given.is_any(); };

/// Says how a `timestamp` is made of a value that converts into none.
template <no_timestamp T>
struct time_mistakes {
    static_assert(!is_system_time<T>, "verify: `now` has another unit than milliseconds: write to_timestamp(now)");
    static_assert(
        !is_other_time<T>,
        "verify: `now` is a time of another clock: give a timestamp, such as shearline::system_clock{}.now()");
    static_assert(!std::is_arithmetic_v<T>,
                  "verify: `now` is a number, whose unit nobody knows: write from_unix_ms(now) for milliseconds since "
                  "1970");
    static_assert(!is_meant_as_scope<T>, "verify: the time comes before the scope: write verify(text, now, scope)");
    static_assert(is_system_time<T> || is_other_time<T> || std::is_arithmetic_v<T> || is_meant_as_scope<T>,
                  "verify: `now` must be a timestamp, such as shearline::system_clock{}.now()");
};

}  // namespace shearline::inline v0_1::detail

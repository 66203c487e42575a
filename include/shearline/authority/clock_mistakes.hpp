// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Names what a clock lacks, in the first error of the compiler.
// Depends on concepts.hpp; never on one clock.
#pragma once

#include <concepts>

#include <shearline/concepts.hpp>

namespace shearline::inline v0_1::detail {

template <typename T>
concept has_now = requires(const T& clock) { clock.now(); };
template <typename T>
concept now_is_a_timestamp = requires(const T& clock) {
    { clock.now() } -> std::same_as<timestamp>;
};

/// Says what a clock lacks: a line for each mistake.
template <typename T>
struct clock_mistakes {
    static_assert(has_now<T>, "Clock lacks `timestamp now() const noexcept`");
    static_assert(!has_now<T> || now_is_a_timestamp<T>,
                  "the `now` of Clock must return a timestamp, in milliseconds of the system's clock: return "
                  "to_timestamp(...), or take shearline::system_clock");
    static_assert(!now_is_a_timestamp<T> || clock_source<T> || !std::copy_constructible<T>,
                  "the `now` of Clock may throw: declare it noexcept");
    static_assert(std::copy_constructible<T>, "Clock cannot be copied: an authority keeps a copy of it");
};

}  // namespace shearline::inline v0_1::detail

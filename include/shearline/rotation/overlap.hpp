// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The rotation with grace: for a while the old key stays valid beside the new one.
// Depends on credential/record.hpp; never on a store.
#pragma once

#include <cstdint>
#include <type_traits>

#include <shearline/chrono.hpp>
#include <shearline/credential/record.hpp>

namespace shearline::inline v0_1 {

/// A duration as a template argument, cut to whole milliseconds: `overlap<std::chrono::hours{24}>`.
struct grace_period {
    std::int64_t milliseconds;

    template <typename Rep, typename Period>
    constexpr grace_period(std::chrono::duration<Rep, Period> length)  // NOLINT(*-explicit-*)
        : milliseconds{std::chrono::duration_cast<std::chrono::milliseconds>(length).count()} {}

    /// Never compiles: a number has no unit.
    template <typename Number>
        requires std::is_arithmetic_v<Number>
    constexpr grace_period(Number) : milliseconds{} {  // NOLINT(*-explicit-*)
        static_assert(!std::is_arithmetic_v<Number>,
                      "overlap<24>: a number has no unit: write a duration, such as overlap<std::chrono::hours{24}>");
    }
};

/// The old key retires: it stays valid for `Grace` (1 ms or more). Until when, say `issued_key::previous_until` to who
/// rotated, and `grant::retiring_until` to whoever still uses the old key. `authority::revoke(handle)` ends a grace
/// early. A second rotation within the grace revokes the key that was retiring: a credential never has more than two
/// valid keys. Thread-safe.
template <grace_period Grace>
struct overlap {
    static_assert(Grace.milliseconds > 0, "overlap<0>: write `immediate` to revoke the old key at once");

    static constexpr std::chrono::milliseconds grace{Grace.milliseconds};

    /// Changes the active key when a new one is made. `illegal_state` if it is not active. O(1).
    [[nodiscard]] static result<void> replace(record& old, timestamp now) { return retire(old, now + grace); }
};

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The rotation with grace: the old key stays good for a while beside the new one.
// Depends on credential/record.hpp; never on a store.
#pragma once

#include <chrono>
#include <cstdint>

#include <shearline/credential/record.hpp>

namespace shearline::inline v0_1 {

/// A duration as a template argument: `overlap<std::chrono::hours{24}>`.
struct grace_period {
    std::int64_t milliseconds;

    template <typename Rep, typename Period>
    constexpr grace_period(std::chrono::duration<Rep, Period> length)  // NOLINT(*-explicit-*)
        : milliseconds{std::chrono::duration_cast<std::chrono::milliseconds>(length).count()} {}
};

/// The old key retires: it is good for `Grace` longer, and its grants say until when. A second rotation within the
/// grace revokes the key that was retiring, so that a credential never has more than two live keys.
template <grace_period Grace>
struct overlap {
    static_assert(Grace.milliseconds > 0, "overlap<0>: write `immediate` where the old key is to die at once");

    static constexpr std::chrono::milliseconds grace{Grace.milliseconds};

    /// What becomes of the active key when its successor is made.
    [[nodiscard]] static result<void> replace(record& old, timestamp now) { return retire(old, now + grace); }
};

}  // namespace shearline::inline v0_1

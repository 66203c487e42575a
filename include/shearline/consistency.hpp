// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How far behind its store a verifier may answer: `strict`, or `bounded` by a time.
// Depends on concepts.hpp; never on a verifier or a store.
#pragma once

#include <cstdint>
#include <type_traits>

#include <shearline/chrono.hpp>
#include <shearline/concepts.hpp>

namespace shearline::inline v0_1 {

/// A grant shows every change that was acknowledged before the verification began. A verification that finds that the
/// store has changed applies the change first. For stores on this machine: an answer that must know of other machines
/// has to ask the store (`authority::verify`).
struct strict {
    static constexpr bool is_bounded = false;
    static constexpr std::chrono::milliseconds staleness{0};
};

/// A duration as a template argument, cut to whole milliseconds: `bounded<std::chrono::seconds{5}>`.
struct staleness_bound {
    std::int64_t milliseconds;

    template <typename Rep, typename Period>
    constexpr staleness_bound(std::chrono::duration<Rep, Period> length)  // NOLINT(*-explicit-*)
        : milliseconds{std::chrono::duration_cast<std::chrono::milliseconds>(length).count()} {}

    /// Never compiles: a number has no unit.
    template <typename Number>
        requires std::is_arithmetic_v<Number>
    constexpr staleness_bound(Number) : milliseconds{} {  // NOLINT(*-explicit-*)
        static_assert(!std::is_arithmetic_v<Number>,
                      "bounded<5>: a number has no unit: write a duration, such as bounded<std::chrono::seconds{5}>");
    }
};

/// Bounded staleness: a grant shows every change that was acknowledged `Bound` (1 ms to 49 days) before the
/// verification began, and perhaps later ones. A verification never asks the store, so it never waits: a thread that
/// calls `verifier::run` or `poll` follows the feed. Once the store has not answered for `Bound`, counted from before
/// it was asked, verifications are denied (`stale`). Polls must be much more frequent than that.
///
/// The time counts while the machine is suspended, too (on Linux), but not while a hypervisor has stopped it.
template <staleness_bound Bound>
struct bounded {
    static_assert(Bound.milliseconds > 0,
                  "bounded<0>: write `strict` for a store on this machine, and 1 ms or more for one on a network");
    static_assert(Bound.milliseconds <= UINT32_MAX, "bounded: the longest bound is 49 days");

    static constexpr bool is_bounded = true;
    static constexpr std::chrono::milliseconds staleness{Bound.milliseconds};
};

namespace detail {

/// The default: looked up when a verifier is used, so that its type can be named while the store is incomplete.
template <typename Store>
struct consistency_of {
    using type = std::conditional_t<remote_feed<Store>, bounded<std::chrono::seconds{10}>, strict>;
};

/// What the last argument of a verifier stands for.
template <typename T>
struct consistency_choice {
    static constexpr bool is_known = false;
    using type = strict;
};
template <>
struct consistency_choice<strict> {
    static constexpr bool is_known = true;
    using type = strict;
};
template <staleness_bound Bound>
struct consistency_choice<bounded<Bound>> {
    static constexpr bool is_known = true;
    using type = bounded<Bound>;
};
template <typename Store>
struct consistency_choice<consistency_of<Store>> {
    static constexpr bool is_known = true;
    using type = typename consistency_of<Store>::type;
};

/// Says what is wrong with the consistency of a verifier.
template <typename Consistency, typename Store>
struct consistency_mistakes {
    using choice = consistency_choice<Consistency>;
    static_assert(choice::is_known,
                  "verifier<Policies, Store, Consistency>: Consistency is strict or bounded<std::chrono::seconds{5}>");
    static_assert(
        !remote_feed<Store> || !choice::is_known || choice::type::is_bounded,
        "verifier<Policies, Store, strict>: the store is shared over a network, and no verifier knows at once "
        "what other machines change: write bounded<std::chrono::seconds{5}> in place of strict, or let "
        "authority::verify ask the store each time");
};

}  // namespace detail

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Makes one call after the other fail, of those that a test's linker has replaced.
#pragma once

#include <boost/test/unit_test.hpp>
#include <type_traits>
#include <utility>

namespace support {

/// Which call is to fail, counted from now; 0: none. For one thread.
inline int calls_left = 0;

/// Whether this is the call that is to fail. Each replaced function asks this first.
inline bool fails_now() { return calls_left != 0 && --calls_left == 0; }

/// What `make()` returns; its calls do not fail, and are not counted.
template <typename Make>
auto uncounted(Make make) {
    const int later = std::exchange(calls_left, 0);
    if constexpr (std::is_void_v<decltype(make())>) {
        make();
        calls_left = later;
    } else {
        auto made = make();
        calls_left = later;
        return made;
    }
}

/// Runs `act()` with its first call failing, then its second, and so on until none is left to fail; after each,
/// `check()`, with what `act()` returned. The number of failures.
template <typename Act, typename Check>
int with_each_call_failing(Act act, Check check) {
    for (int call = 1;; ++call) {
        calls_left = call;
        bool reached = false;
        const auto reach = [&reached] { reached = std::exchange(calls_left, 0) == 0; };
        BOOST_TEST_CONTEXT("call " << call) {
            if constexpr (std::is_void_v<decltype(act())>) {
                act();
                reach();
                check();
            } else {
                const auto outcome = act();
                reach();
                check(outcome);
            }
        }
        if (!reached) return call - 1;
    }
}

}  // namespace support

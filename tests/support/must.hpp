// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The value of a result without which a test cannot continue.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace support {

/// The value of a result. An error is printed and ends the test case, or a program without test cases.
template <typename T>
T must(shearline::result<T> outcome) {
    if (!outcome) throw std::runtime_error{outcome.error().message()};
    if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

/// The code of a failure; a success ends the test case.
template <typename T>
[[nodiscard]] shearline::errc code_of(const shearline::result<T>& outcome) {
    if (outcome) throw std::runtime_error{"this succeeded, and must not"};
    return outcome.error().code();
}

}  // namespace support

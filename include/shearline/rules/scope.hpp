// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A scope that is written in a program, and so is checked when the program is compiled.
// Depends on format/fixed_string.hpp and rules/; never on a store.
#pragma once

#include <shearline/format/fixed_string.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/rules/text_or.hpp>

namespace shearline::inline v0_1 {

namespace detail {

template <fixed_string Text>
struct checked_scope {
    static_assert(is_scope(Text.view()),
                  "scope<...>: write resource:action, each of a-z 0-9 _ . - or a single *, such as contacts:write");
    static constexpr required_scope value{Text.view()};
};

}  // namespace detail

/// The scope that a call asks for: `keys.verify(text, scope<"contacts:write">)`. A text that is no scope does not
/// compile; given as a plain text it would deny every key.
template <fixed_string Text>
inline constexpr required_scope scope = detail::checked_scope<Text>::value;

}  // namespace shearline::inline v0_1

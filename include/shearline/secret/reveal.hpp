// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The access token that every read of a secret needs: `grep unsafe_reveal` finds all of them.
// Depends on nothing; never on anything.
#pragma once

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The parameter of each function that reads a secret. Empty; `{}` does not make one, so that every read names it.
struct reveal_token {
    explicit constexpr reveal_token() noexcept = default;
};

/// The token. Code that uses it must keep the bytes out of logs, errors and unwiped copies.
inline constexpr reveal_token unsafe_reveal{};

}  // namespace shearline::inline v0_1

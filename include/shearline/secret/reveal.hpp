// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The access token without which no secret is read: `grep unsafe_reveal` lists every place that does.
// Depends on nothing; never on anything.
#pragma once

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// What a function that reads a secret asks for. Carries nothing; `{}` does not make one, so that a read has a name.
struct reveal_token {
    explicit constexpr reveal_token() noexcept = default;
};

/// The one token. Whoever writes it answers for where the bytes go next: not into a log, an error or a copy that
/// nothing wipes.
inline constexpr reveal_token unsafe_reveal{};

}  // namespace shearline::inline v0_1

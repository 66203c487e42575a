// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The custody that keeps nothing: a key's text is given to the caller once, and can never be shown again.
// Depends on nothing; never on a crypto library.
#pragma once

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The default custody. What is stored cannot be turned back into a key by anybody.
struct show_once {
    static constexpr bool keeps_text = false;
};

}  // namespace shearline::inline v0_1

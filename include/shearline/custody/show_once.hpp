// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The custody that keeps nothing: the text of a key is returned once, when it is made, and cannot be shown again.
// Depends on nothing; never on a crypto library.
#pragma once

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The default custody: the text of a key is not stored, and nobody can compute it from what is stored.
struct show_once {
    static constexpr bool keeps_text = false;
};

}  // namespace shearline::inline v0_1

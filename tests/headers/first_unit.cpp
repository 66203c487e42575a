// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0

#include "two_units.hpp"

two_units::addresses two_units::of_first_unit() { return of_this_unit(); }

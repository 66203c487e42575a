// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// That this links proves that no header defines anything twice; that it succeeds, that no header defines it per unit.

#include "two_units.hpp"

int main() { return two_units::of_first_unit() == two_units::of_second_unit() ? 0 : 1; }

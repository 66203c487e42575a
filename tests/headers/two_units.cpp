// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// If this links, no header defines anything twice. If it succeeds, no header defines anything once per translation
// unit.

#include "two_units.hpp"

int main() { return two_units::of_first_unit() == two_units::of_second_unit() ? 0 : 1; }

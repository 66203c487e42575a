// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What two translation units that include every header must agree upon.
#pragma once

#include "every_header.hpp"

namespace two_units {

/// The addresses, in one unit, of three things that must exist only once in a program: a variable, a function, a table.
struct addresses {
    const void* token;
    shearline::result<void> (*function)();
    const void* table;

    friend bool operator==(const addresses&, const addresses&) = default;
};

inline addresses of_this_unit() {
    return {&shearline::unsafe_reveal, &shearline::sodium_ready, &shearline::reason_table};
}

addresses of_first_unit();
addresses of_second_unit();

}  // namespace two_units

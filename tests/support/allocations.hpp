// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every `new` of a program that links allocations.cpp is counted, so that a test can say "this does not allocate".
#pragma once

#include <cstddef>

namespace support {

/// How often this program has allocated memory with `new` so far.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace support

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Files of secrets that only their owner may touch: where a service keeps a password, or a client its key.
// Depends on posix/private_file.hpp; never on what a file means.
#pragma once

#include <shearline/posix/private_file.hpp>

namespace shearline::inline v0_1 {

/// Who may read a private file: its owner alone, or its group, too.
using detail::private_to;

/// Reads a private file into memory that is wiped.
using detail::read_private_file;

/// Creates a private file, whole and durable, or nothing at all.
using detail::create_private_file;

/// Replaces the content of a private file, whole and durably, or leaves it as it was.
using detail::replace_private_file;

}  // namespace shearline::inline v0_1

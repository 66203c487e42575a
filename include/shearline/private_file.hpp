// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Files for secrets that only their owner may access: for the password of a service, or the key of a client.
// Depends on posix/private_file.hpp; never on what a file means.
#pragma once

#include <shearline/posix/private_file.hpp>

namespace shearline::inline v0_1 {

/// Who may read a private file: its owner (the default), or its group, too. All below is thread-safe, may block, and
/// has its errors in posix/private_file.hpp.
using detail::private_to;

/// Reads a private file of at most `max_bytes` into memory that is wiped.
using detail::read_private_file;

/// Creates a private file with mode 0600, whole and durable, or not at all.
using detail::create_private_file;

/// Replaces the content of a private file, whole and durably, or leaves it unchanged.
using detail::replace_private_file;

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Files for secrets that only their owner may access: for the password of a service, or the key of a client.
// Depends on posix/private_file.hpp; never on what a file means.
#pragma once

#include <shearline/posix/private_file.hpp>

namespace shearline::inline v0_1 {

/// Who may read a private file: its owner alone (default), or its group, too. The functions below block, are
/// thread-safe, and name the file in their errors. (Their declarations are in posix/private_file.hpp.)
using detail::private_to;

/// Reads a private file of at most `max_bytes` bytes into memory that is wiped. Errors: `not_found`;
/// `permission_denied` if others have access, it belongs neither to this user nor to root, or it is not a regular file;
/// `corrupt` if it is longer; `unavailable` if the disk fails.
using detail::read_private_file;

/// Creates a private file with mode 0600, whole and durable, or not at all. Errors: `conflict` if the path exists;
/// `not_found` if the folder is missing; `permission_denied`; `invalid_argument` for a path that is too long;
/// `unavailable` if the disk is full; `in_doubt` if the file was made but may not survive a power cut. The file system
/// must have hard links.
using detail::create_private_file;

/// Replaces the content of a private file, whole and durably, or leaves it unchanged. `accept(old)` gets the old
/// content, and may refuse by returning an error. Errors: that one; those of `read_private_file` and of
/// `create_private_file`, except `conflict`.
using detail::replace_private_file;

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Replaces a file atomically while others read it.
// Depends on POSIX; never on the content.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace common {

/// Replaces the file at `path`, so that a reader sees either all of the old content or all of the new. The content is
/// first written under a new name, which cannot be another user's link (mkstemp opens it with O_EXCL). The result after
/// a power cut is unspecified. Returns 0, or an `errno` if nothing was changed.
[[nodiscard]] inline int replace_file(const std::string& path, std::string_view content, ::mode_t mode) {
    std::string half = path + ".XXXXXX";
    const int file = ::mkstemp(half.data());
    if (file < 0) return errno;
    int failed = 0;
    while (failed == 0 && !content.empty()) {
        const ::ssize_t written = ::write(file, content.data(), content.size());
        if (written >= 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            failed = errno;
    }
    if (failed == 0 && ::fchmod(file, mode) != 0) failed = errno;
    if (::close(file) != 0 && failed == 0) failed = errno;
    if (failed == 0 && std::rename(half.c_str(), path.c_str()) != 0) failed = errno;
    if (failed != 0) ::unlink(half.c_str());
    return failed;
}

}  // namespace common

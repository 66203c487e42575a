// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a path still names the file that it named before.
// Depends on POSIX; never on what is in the file.
#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>

namespace shearline::inline v0 {

/// A file that a path named once. While something keeps that file open, no other file can be taken for it.
class file_identity {
public:
    file_identity(std::string path, const struct ::stat& about)
        : m_path{std::move(path)}, m_device{about.st_dev}, m_inode{about.st_ino} {}

    [[nodiscard]] const std::string& path() const noexcept { return m_path; }

    /// Whether the path names that file now: it was not deleted, moved or replaced. One system call.
    [[nodiscard]] bool holds() const noexcept {
        struct ::stat now {};
        return ::lstat(m_path.c_str(), &now) == 0 && now.st_dev == m_device && now.st_ino == m_inode;
    }

private:
    std::string m_path;
    ::dev_t m_device;
    ::ino_t m_inode;
};

}  // namespace shearline::inline v0

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a path still names the file that it named before.
// Depends on posix/descriptor.hpp and POSIX; never on what is in the file.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include <shearline/error.hpp>
#include <shearline/posix/descriptor.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1::detail {

/// The file that a path named at one time. While that file is kept open, no other file can have its identity.
class file_identity {
public:
    file_identity(std::string path, const struct ::stat& about)
        : m_path{std::move(path)}, m_device{about.st_dev}, m_inode{about.st_ino} {}

    /// The file that a path names now. Errors, each naming it: `not_found`, and those of the system.
    [[nodiscard]] static result<file_identity> of(std::string path) {
        struct ::stat about {};
        if (::lstat(path.c_str(), &about) != 0) return file_error(path, "inspect it", errno);
        return file_identity{std::move(path), about};
    }

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

}  // namespace shearline::inline v0_1::detail

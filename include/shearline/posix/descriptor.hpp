// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A file descriptor with an owner, and the error for a failed system call on a file.
// Depends on error.hpp and POSIX; never on what the file means.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <shearline/error.hpp>

namespace shearline::inline v0_1::detail {

/// A file descriptor that closes itself.
class descriptor {
public:
    explicit descriptor(int fd) noexcept : m_fd{fd} {}
    descriptor(descriptor&& other) noexcept : m_fd{std::exchange(other.m_fd, -1)} {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor() {
        if (m_fd >= 0) ::close(m_fd);
    }
    [[nodiscard]] int get() const noexcept { return m_fd; }
    explicit operator bool() const noexcept { return m_fd >= 0; }

private:
    int m_fd;
};

/// "<path>: cannot <action>: <the system's message>", with the code for `number` (an errno).
[[nodiscard]] inline error file_error(const std::string& path, std::string_view action, int number) {
    errc code = errc::unavailable;
    if (number == ENOENT || number == ENOTDIR) code = errc::not_found;
    if (number == EEXIST) code = errc::conflict;
    if (number == ENAMETOOLONG || number == EINVAL) code = errc::invalid_argument;
    if (number == EACCES || number == EPERM || number == EROFS) code = errc::permission_denied;
    std::string context = path;
    context.append(": cannot ").append(action).append(": ").append(std::generic_category().message(number));
    return {code, std::move(context)};
}

}  // namespace shearline::inline v0_1::detail

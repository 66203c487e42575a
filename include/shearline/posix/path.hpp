// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The folder of a path, and the path with its links resolved.
// Depends on POSIX; never on what is there.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <cstdlib>
#include <optional>
#include <string>

namespace shearline::inline v0_1::detail {

/// The folder in the path of a file; `.` if the path has none.
[[nodiscard]] inline std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// The absolute path of the same file, with every link resolved. None on failure, and then `errno` says why.
[[nodiscard]] inline std::optional<std::string> resolved_path(const std::string& path) {
    const struct owned_text {
        char* text;
        ~owned_text() { std::free(text); }
    } resolved{::realpath(path.c_str(), nullptr)};
    if (resolved.text == nullptr) return std::nullopt;
    return std::string{resolved.text};
}

}  // namespace shearline::inline v0_1::detail

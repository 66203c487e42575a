// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A temporary folder, deleted with its content by the destructor.
// Depends on std and POSIX; never on a test framework.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace shearline::inline v0_1::testing {

/// A new folder (mode 0700) in the system's folder for temporary files; the destructor deletes it with its content.
/// Aborts if it cannot be created.
///
/// Example:
///     const shearline::testing::temporary_folder folder;
///     const std::string path = folder.file("keys.db");
///     const bool is_inside = path.starts_with(folder.path());
class temporary_folder {
public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "shearline-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        m_path = name;
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }

    [[nodiscard]] std::string path() const { return m_path.string(); }
    [[nodiscard]] std::string file(const std::string& name) const { return (m_path / name).string(); }

private:
    std::filesystem::path m_path;
};

}  // namespace shearline::inline v0_1::testing

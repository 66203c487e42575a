// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A folder of its own, gone with its content when this ends.
// Depends on std and POSIX; never on a test framework.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace shearline::inline v0_1::testing {

/// A new folder in the folder for temporary files, for its owner alone (0700); removed with all that is in it when this
/// ends. Aborts where none can be made.
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

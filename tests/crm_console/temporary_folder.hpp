// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A folder that goes when the test does.
// Depends on std and POSIX; never on what is tested.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

struct temporary_folder {
    temporary_folder() {
        path = (std::filesystem::temp_directory_path() / "crm-console-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error{"cannot make " + path};
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }

    std::string path;
};

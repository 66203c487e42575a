// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A temporary folder, which is removed with its content, and functions for whole files in it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/temporary_folder.hpp>

namespace support {

inline std::string bytes_of(const std::string& path) {
    std::ostringstream bytes;
    bytes << std::ifstream{path, std::ios::binary}.rdbuf();
    return std::move(bytes).str();
}

inline void write_bytes(const std::string& path, std::string_view bytes) {
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) std::abort();
}

class temporary_folder : public shearline::testing::temporary_folder {
public:
    [[nodiscard]] std::string operator/(std::string_view name) const { return file(std::string{name}); }

    /// The content of every file, by name.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> content() const {
        std::vector<std::pair<std::string, std::string>> all;
        for (const auto& entry : std::filesystem::directory_iterator{path()})
            all.emplace_back(entry.path().filename().string(), bytes_of(entry.path().string()));
        std::sort(all.begin(), all.end());
        return all;
    }
};

}  // namespace support

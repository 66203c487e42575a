// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The command line.
// Depends on std; never on what the options are for. CLI11 stays in the source file.
#pragma once

#include <chrono>
#include <string>

#include "key.hpp"

namespace legacy_sync {

struct options {
    std::string source;
    std::string mapping;
    std::string state;
    std::string report;
    std::string crm;
    std::string ca_file;
    key_place key;
    std::chrono::seconds patience{120};
    std::chrono::seconds timeout{30};
    bool watches = false;
    bool rehearses = false;
    bool everything = false;
    bool crm_moved = false;
    std::string says{};  ///< help or version: to be printed, and nothing else done
};

/// Reads the arguments of main(). Throws `failure` (usage), which says what is off.
[[nodiscard]] options read_options(int count, const char* const* arguments);

}  // namespace legacy_sync

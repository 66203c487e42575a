// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The command line.
// Depends on std; never on what the options are for.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "key.hpp"

namespace legacy_sync {

extern const std::string_view usage_text;

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
    bool help = false;
    bool version = false;
};

/// Reads the arguments after the program's name. Throws `failure` (usage), which says what is off.
[[nodiscard]] options read_options(std::span<char* const> arguments);

}  // namespace legacy_sync

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Parses a program's arguments with CLI11.
// Depends on CLI11; never on what the options are for.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include <shearline/version.hpp>

namespace common {

struct command_line {
    std::string says{};   ///< the help or the version: print it and do nothing else
    std::string wrong{};  ///< one line; names an argument without its value, which may be a key
};

/// Parses the arguments of main(). Adds `--version` to `line`.
[[nodiscard]] inline command_line read_command_line(CLI::App& line, int count, const char* const* arguments) {
    line.set_version_flag("--version", shearline::version);
    try {
        line.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        return {.says = line.help()};
    } catch (const CLI::CallForVersion&) {
        return {.says = std::string{shearline::version} + "\n"};
    } catch (const CLI::ParseError& off) {
        // Before missing options: an unknown option may be the missing one, mistyped.
        for (const std::string& each : line.remaining())
            if (each.starts_with('-'))
                return {.wrong = "unknown option " + each.substr(0, each.find('=')) + "; see --help"};
        const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&off) != nullptr;
        return {.wrong = (is_extra ? "an argument does not belong to any option" : off.what()) +
                         std::string{"; see --help"}};
    }
    return {};
}

}  // namespace common

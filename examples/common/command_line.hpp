// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What becomes of a program's arguments.
// Depends on CLI11; never on what the options are for.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include <shearline/version.hpp>

namespace common {

struct command_line {
    std::string says{};   ///< help or version: to be printed, and nothing else done
    std::string wrong{};  ///< one line; of an argument its name alone, since a key may stand behind it
};

/// Has the arguments of main() read. `line` gets `--version`.
[[nodiscard]] inline command_line read_command_line(CLI::App& line, int count, const char* const* arguments) {
    line.set_version_flag("--version", shearline::version);
    try {
        line.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        return {.says = line.help()};
    } catch (const CLI::CallForVersion&) {
        return {.says = std::string{shearline::version} + "\n"};
    } catch (const CLI::ParseError& off) {
        // Before what is missing: it may be mistyped.
        for (const std::string& each : line.remaining())
            if (each.starts_with('-'))
                return {.wrong = "there is no option " + each.substr(0, each.find('=')) + "; see --help"};
        const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&off) != nullptr;
        return {.wrong = (is_extra ? "there is an argument that belongs to no option" : off.what()) +
                         std::string{"; see --help"}};
    }
    return {};
}

}  // namespace common

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>

#include "ending.hpp"
#include "text.hpp"

namespace legacy_sync {

const std::string_view usage_text =
    R"(usage: shearline-legacy-sync --source FILE --mapping FILE --crm URL --key-file FILE --state FILE [OPTION …]

Keeps the contacts of a CRM as the customers of a legacy SQLite database are. The database is only read.

  --source FILE       the legacy database
  --mapping FILE      which of its columns is which field of a contact (JSON; README.md describes it)
  --crm URL           https://crm.example/crm/api/v2/, or http://127.0.0.1:PORT/… on this machine
  --key-file FILE     holds the instance API key; must be private (chmod 600)
  --key-env NAME      or: the environment variable that holds it
  --state FILE        what the sync remembers: created by the first run, kept for the next

  --once              send what changed, and end (so it is unless told otherwise)
  --watch             go on: send each change within a second, until SIGINT or SIGTERM
  --full              compare every row again, and not only those that changed since the last run
  --dry-run           print what would be sent; send and remember nothing; needs neither --crm nor a key
  --report FILE       the rows that could not be sent and why, a JSON object a line; STATE.unsent.jsonl unless told
  --ca-file FILE      trust these certificate authorities (PEM) in place of the system's
  --give-up-after N   with --once, end after N seconds without an answer (120)
  --timeout N         wait N seconds for one answer (30)
  --help, --version

There is no option for the key itself: a command line can be read by everyone on the machine.

Exit status: 0 the CRM has every row; 3 some rows could not be sent (see the report); 4 the key was refused;
5 the CRM could not be reached; 2 the command line or the mapping is wrong; 1 anything else. After each but 2, the
next run goes on from where this one was.

examples:
  shearline-legacy-sync --source shop.db --mapping shop.json --dry-run --state shop.sync
  shearline-legacy-sync --source shop.db --mapping shop.json --state shop.sync --key-file instance.key \\
      --crm https://crm.example/crm/api/v2/ --watch
)";

namespace {

std::chrono::seconds seconds_of(std::string_view name, const char* text) {
    std::int64_t number = 0;
    const char* const end = text + std::strlen(text);
    const auto [stop, failed] = std::from_chars(text, end, number);
    if (failed != std::errc{} || stop != end || number < 1 || number > 86'400)
        throw failure{exit_status::usage, std::string{name} + " needs a number of seconds from 1 to 86400"};
    return std::chrono::seconds{number};
}

}  // namespace

options read_options(std::span<char* const> arguments) {
    options read;
    bool once = false;
    const std::map<std::string_view, bool*> flags{{"--once", &once},
                                                  {"--watch", &read.watches},
                                                  {"--full", &read.everything},
                                                  {"--dry-run", &read.rehearses},
                                                  {"--help", &read.help},
                                                  {"--version", &read.version}};
    const std::map<std::string_view, std::string*> texts{
        {"--source", &read.source},     {"--mapping", &read.mapping},      {"--crm", &read.crm},
        {"--key-file", &read.key.file}, {"--key-env", &read.key.variable}, {"--state", &read.state},
        {"--report", &read.report},     {"--ca-file", &read.ca_file}};
    const std::map<std::string_view, std::chrono::seconds*> times{{"--give-up-after", &read.patience},
                                                                  {"--timeout", &read.timeout}};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view name = arguments[i];
        if (const auto flag = flags.find(name); flag != flags.end()) {
            *flag->second = true;
            continue;
        }
        const auto text = texts.find(name);
        const auto time = times.find(name);
        if (name == "--key" || name.starts_with("--key="))
            throw failure{exit_status::usage,
                          "a key does not belong on the command line, where everyone on this machine can "
                          "read it: use --key-file or --key-env, and regenerate this one"};
        if (text == texts.end() && time == times.end())
            throw failure{exit_status::usage,
                          "there is no option " + printable(name.substr(0, name.find('='))) + "; see --help"};
        if (++i == arguments.size() || *arguments[i] == '\0')
            throw failure{exit_status::usage, std::string{name} + " needs a value; see --help"};
        if (time != times.end())
            *time->second = seconds_of(name, arguments[i]);
        else if (!text->second->empty())
            throw failure{exit_status::usage, std::string{name} + " is there twice"};
        else
            *text->second = arguments[i];
    }
    if (read.help || read.version) return read;
    for (const std::string_view needed : {"--source", "--mapping", "--state"})
        if (texts.at(needed)->empty())
            throw failure{exit_status::usage, std::string{needed} + " is needed; see --help"};
    if (once && read.watches) throw failure{exit_status::usage, "either --once or --watch, not both"};
    if (read.rehearses && read.watches)
        throw failure{exit_status::usage, "--dry-run shows one pass: leave --watch out"};
    if (!read.key.file.empty() && !read.key.variable.empty())
        throw failure{exit_status::usage, "either --key-file or --key-env, not both"};
    if (!read.rehearses && read.crm.empty()) throw failure{exit_status::usage, "--crm is needed; see --help"};
    if (!read.rehearses && read.key.file.empty() && read.key.variable.empty())
        throw failure{exit_status::usage, "--key-file or --key-env is needed; see --help"};
    if (read.report.empty()) read.report = read.state + ".unsent.jsonl";
    return read;
}

}  // namespace legacy_sync

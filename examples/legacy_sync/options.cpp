// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "ending.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace {

constexpr const char* after_the_options =
    R"(There is no option for the key itself: a command line can be read by everyone on the machine.

Exit status: 0 the CRM has every row; 3 some rows could not be sent (see the report); 4 the key was refused;
5 the CRM could not be reached; 2 the command line or the mapping is wrong; 1 anything else. After each but 2, the
next run goes on from where this one was.

Examples:
  shearline-legacy-sync --source shop.db --mapping shop.json --dry-run --state shop.sync
  shearline-legacy-sync --source shop.db --mapping shop.json --state shop.sync --key-file instance.key \
      --crm https://crm.example/crm/api/v2/ --watch)";

}  // namespace

options read_options(int count, const char* const* arguments) {
    options read;
    bool once = false;
    std::string no_key;
    CLI::App line{
        "Keeps the contacts of a CRM as the customers of a legacy SQLite database are. The database is only read.",
        "shearline-legacy-sync"};
    line.get_formatter()->column_width(24);
    line.footer(after_the_options);
    const CLI::Validator is_there{
        [](const std::string& text) { return text.empty() ? std::string{"needs a value"} : std::string{}; }, ""};
    const auto text = [&](const char* name, std::string& into, const char* what, const char* kind) {
        return line.add_option(name, into, what)->check(is_there)->type_name(kind);
    };
    text("--source", read.source, "the legacy database", "FILE")->required();
    text("--mapping", read.mapping, "which of its columns is which field of a contact (JSON; see README.md)", "FILE")
        ->required();
    text("--state", read.state, "what the sync remembers: created by the first run, kept for the next", "FILE")
        ->required();
    text("--crm", read.crm, "https://crm.example/crm/api/v2/, or http://127.0.0.1:PORT/… on this machine", "URL");
    auto* const file = text("--key-file", read.key.file, "holds the instance API key; private (chmod 600)", "FILE");
    text("--key-env", read.key.variable, "or: the environment variable that holds it", "NAME")->excludes(file);
    text("--report", read.report, "the rows that could not be sent and why; STATE.unsent.jsonl unless told", "FILE");
    text("--ca-file", read.ca_file, "trust these certificate authorities (PEM) in place of the system's", "FILE");

    auto* const watch = line.add_flag("--watch", read.watches, "send each change within a second, until SIGTERM");
    line.add_flag("--once", once, "send what changed, and end (so it is unless told otherwise)")->excludes(watch);
    line.add_flag("--full", read.everything, "compare every row again, not only those that changed");
    line.add_flag("--crm-moved", read.crm_moved, "once: the CRM of this state has another address now");
    line.add_flag("--dry-run", read.rehearses, "print what would be sent, and send nothing; needs no --crm and no key")
        ->excludes(watch);
    const auto seconds = [&](const char* name, std::chrono::seconds& into, const char* what) {
        line.add_option_function<int>(
                name, [&into](int number) { into = std::chrono::seconds{number}; }, what)
            ->check(CLI::Range(1, 86'400))
            ->type_name("SECONDS");
    };
    seconds("--give-up-after", read.patience,
            "end after so long without an answer, or of what --watch cannot go on with (120)");
    seconds("--timeout", read.timeout, "wait so long for one answer (30)");
    line.add_option("--key", no_key)->group("");  // not to be used

    auto given = common::read_command_line(line, count, arguments);
    read.says = std::move(given.says);
    if (!read.says.empty()) return read;
    if (!no_key.empty())
        throw failure{exit_status::usage,
                      "a key does not belong on the command line, where everyone on this machine can read it: use "
                      "--key-file or --key-env, and regenerate this one"};
    if (!given.wrong.empty()) throw failure{exit_status::usage, printable(given.wrong)};
    if (!read.rehearses && read.crm.empty()) throw failure{exit_status::usage, "--crm is needed; see --help"};
    if (!read.rehearses && read.key.file.empty() && read.key.variable.empty())
        throw failure{exit_status::usage, "--key-file or --key-env is needed; see --help"};
    if (read.report.empty()) read.report = read.state + ".unsent.jsonl";
    return read;
}

}  // namespace legacy_sync

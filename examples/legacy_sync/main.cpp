// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Copies the customers of a legacy SQLite database to the contacts of a CRM, and keeps the contacts up to date.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>

#include <shearline/secret/sodium.hpp>

#include "command_line.hpp"
#include "crm.hpp"
#include "key.hpp"
#include "mapping.hpp"
#include "process.hpp"
#include "source.hpp"
#include "state.hpp"
#include "sync.hpp"
#include "text.hpp"

namespace {

using namespace legacy_sync;
using common::printable;

constexpr std::chrono::milliseconds look_interval{200};
constexpr std::chrono::seconds busy_interval{2};

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
    std::string says{};  ///< the help or the version: print it and do nothing else
};

constexpr const char* after_the_options =
    R"(There is no option for the key itself, because every user of the machine can read command lines.

Exit status: 0 the CRM has every row; 3 some rows could not be sent, or fields are in conflict (see the report);
4 the key was refused; 5 the CRM could not be reached; 2 the command line or the mapping is wrong; 1 anything else.
After any status but 2, the next run continues where this one ended.

Examples:
  shearline-legacy-sync --source shop.db --mapping shop.json --dry-run --state shop.sync
  shearline-legacy-sync --source shop.db --mapping shop.json --state shop.sync --key-file instance.key \
      --crm https://crm.example/crm/api/v2/ --watch)";

/// Reads the arguments. Throws `failure` (usage), which says what is wrong.
options read_options(int count, const char* const* arguments) {
    options read;
    bool once = false;
    std::string no_key;
    CLI::App line{
        "Copies the customers of a legacy SQLite database to the contacts of a CRM, and keeps the contacts up to date. "
        "The database is only read.",
        "shearline-legacy-sync"};
    line.get_formatter()->column_width(24);
    line.footer(after_the_options);
    const CLI::Validator is_there{
        [](const std::string& text) { return text.empty() ? std::string{"needs a value"} : std::string{}; }, ""};
    const auto text = [&](const char* name, std::string& into, const char* what, const char* kind) {
        return line.add_option(name, into, what)->check(is_there)->type_name(kind);
    };
    text("--source", read.source, "the legacy database", "FILE")->required();
    text("--mapping", read.mapping, "which column is which field of a contact (JSON; see README.md)", "FILE")
        ->required();
    text("--state", read.state, "what the sync remembers between runs; the first run creates it", "FILE")->required();
    text("--crm", read.crm, "such as https://crm.example/crm/api/v2/; http://127.0.0.1:PORT/… only on this machine",
         "URL");
    auto* const file =
        text("--key-file", read.key.file, "has the instance API key; must be private (chmod 600)", "FILE");
    text("--key-env", read.key.variable, "or: the environment variable that has the key", "NAME")->excludes(file);
    text("--report", read.report,
         "where to list the rows that could not be sent, and why (default: STATE.unsent.jsonl)", "FILE");
    text("--ca-file", read.ca_file, "trust these certificate authorities (PEM) instead of the system's", "FILE");

    auto* const watch = line.add_flag("--watch", read.watches, "send each change within a second, until SIGTERM");
    line.add_flag("--once", once, "send what has changed, and exit (default)")->excludes(watch);
    line.add_flag("--full", read.everything, "compare every row again, not only those that changed");
    line.add_flag("--crm-moved", read.crm_moved, "pass it once, if the CRM of this state has moved to another address");
    line.add_flag("--dry-run", read.rehearses, "print what would be sent, and send nothing; needs no --crm and no key")
        ->excludes(watch);
    const auto seconds = [&](const char* name, std::chrono::seconds& into, const char* what) {
        line.add_option_function<int>(
                name, [&into](int number) { into = std::chrono::seconds{number}; }, what)
            ->check(CLI::Range(1, 86'400))
            ->type_name("SECONDS");
    };
    seconds("--give-up-after", read.patience,
            "exit after this time without an answer, or with a problem that stops --watch (default: 120)");
    seconds("--timeout", read.timeout, "how long to wait for one answer (default: 30)");
    line.add_option("--key", no_key)->group("");  // not to be used

    auto given = common::read_command_line(line, count, arguments);
    read.says = std::move(given.says);
    if (!read.says.empty()) return read;
    if (!no_key.empty())
        throw failure{exit_status::usage,
                      "do not put the key on the command line, which every user of this machine can read: use "
                      "--key-file or --key-env, and regenerate this key"};
    if (!given.wrong.empty()) throw failure{exit_status::usage, printable(given.wrong)};
    if (!read.rehearses && read.crm.empty()) throw failure{exit_status::usage, "--crm is needed; see --help"};
    if (!read.rehearses && read.key.file.empty() && read.key.variable.empty())
        throw failure{exit_status::usage, "--key-file or --key-env is needed; see --help"};
    if (read.report.empty()) read.report = read.state + ".unsent.jsonl";
    return read;
}

common::base_url address_of(const std::string& text) {
    auto read = common::base_url::parse(text);
    if (!read) throw failure{exit_status::usage, "--crm " + printable(text, 120) + ": " + read.error().context()};
    return *std::move(read);
}

/// The state belongs to one CRM, one mapping and one source. Another CRM has none of its contacts, so it is refused.
/// With another mapping or source, every row is compared again. If the user says that the same CRM has another address
/// now, the CRM there must prove it: changes sent to a copy of it would be lost.
class belonging {
public:
    belonging(state& remembers, const options& given, const mapping& how)
        : m_state{remembers},
          m_source{std::filesystem::absolute(given.source).lexically_normal().string()},
          m_mapping{how.fingerprint} {
        if (given.crm.empty()) return;
        const std::string address = address_of(given.crm).text;
        const std::string before = m_state.setting("crm");
        m_moved = !before.empty() && before != address;
        if (m_moved && !given.crm_moved)
            throw failure{exit_status::usage,
                          given.state + " belongs to the CRM at " + before +
                              ": use another --state file, or pass --crm-moved once if this is the same CRM"};
        if (!m_moved) m_state.set("crm", address);
        m_address = address;
    }

    /// Checks that a CRM that is said to have moved has contacts that this state knows.
    void prove(crm& to) {
        if (!m_moved) return;
        const auto known = m_state.some_contacts();
        const bool has_one = std::any_of(known.begin(), known.end(), [&](const auto& each) {
            const auto found = to.find(each.first);
            const auto* const there = std::get_if<done>(&found);
            return there != nullptr && there->uuid == each.second;
        });
        if (!known.empty() && !has_one)
            throw failure{exit_status::usage,
                          "the CRM at " + m_address +
                              " has none of the contacts that this state knows, so it is another CRM: use another "
                              "--state file"};
        m_state.set("crm", m_address);
        m_moved = false;
    }

    [[nodiscard]] bool is_new() const {
        return m_state.setting("source") != m_source || m_state.setting("mapping") != m_mapping;
    }
    /// To be called when every row has been compared.
    void settle() {
        m_state.set("source", m_source);
        m_state.set("mapping", m_mapping);
    }

private:
    state& m_state;
    std::string m_source;
    std::string m_mapping;
    std::string m_address;
    bool m_moved = false;
};

exit_status status_of(synchroniser& sync) { return sync.is_complete() ? exit_status::success : exit_status::partial; }

/// Runs until a stop is requested. Problems that may pass (an answer that is not the CRM's, a source that is missing or
/// is being changed) are reported once, and end it only if they last for `patience`.
exit_status watch(synchroniser& sync, source& from, crm& to, belonging& whose, teller& tells,
                  std::chrono::seconds patience) {
    bool pending = true;
    std::string complaint;
    const auto complain = [&](const std::string& line) {
        if (complaint != line) tells.note(line);
        complaint = line;
    };
    bool first = true;
    bool proved = false;
    constexpr auto not_at_all = std::chrono::steady_clock::time_point::max();
    auto failing_since = not_at_all;
    try {
        for (;; wait_for(look_interval)) {
            try {
                pending = from.has_changed() || pending;
                if (!pending) continue;
                if (!proved) to.prove_key();
                whose.prove(to);
                proved = true;
                const counts done = sync.pass();
                whose.settle();
                pending = false;
                if (failing_since != not_at_all) tells.note("continuing");
                failing_since = not_at_all;
                complaint.clear();
                if (first || done.has_news()) tells.result(done.text());
                first = false;
            } catch (const key_refused& why) {
                complain(why.what());
                to.wait_for_new_key();
            } catch (const source_busy& why) {
                complain(why.what());
                wait_for(busy_interval);
            } catch (const failure& why) {
                const auto now = std::chrono::steady_clock::now();
                failing_since = std::min(failing_since, now);
                if (now - failing_since >= patience) throw;
                pending = true;
                complain(why.what() + std::string{"; retrying for up to "} + std::to_string(patience.count()) +
                         " seconds");
                wait_for(std::min<std::chrono::milliseconds>(busy_interval, patience));
            }
        }
    } catch (const stopped&) {
        return status_of(sync);
    }
}

exit_status run(const options& given, teller& tells) {
    const mapping how = mapping::read(given.mapping);
    std::optional<common::base_url> address;
    if (!given.rehearses) address = address_of(given.crm);
    source from{given.source, how};
    state remembers = given.rehearses ? state::open_for_rehearsal(given.state) : state::open(given.state);
    belonging whose{remembers, given, how};

    std::optional<crm> to;
    if (!given.rehearses)
        to.emplace(crm::settings{.connection = {.base = *address,
                                                .ca_file = given.ca_file,
                                                .timeout = given.timeout,
                                                .agent = "shearline-legacy-sync",
                                                .stops = stop_asked},
                                 .key = given.key,
                                 .patience = given.watches ? std::nullopt : std::optional{given.patience}},
                   [&](const std::string& line) { tells.note(line); });
    synchroniser sync{how,       from,
                      remembers, to ? &*to : nullptr,
                      tells,     {.everything = given.everything || whose.is_new(), .report = given.report}};
    if (given.watches) return watch(sync, from, *to, whose, tells, given.patience);

    if (to) to->prove_key();
    if (to) whose.prove(*to);
    const counts done = sync.pass();
    whose.settle();
    tells.result(done.text());
    return status_of(sync);
}

}  // namespace

int main(int argc, char** argv) {
    teller tells;
    const auto end = [&](exit_status status, const std::string& line) {
        tells.note(line);
        return static_cast<int>(status);
    };
    try {
        const options given = read_options(argc, argv);
        if (!given.says.empty()) return std::fputs(given.says.c_str(), stdout) < 0 ? 1 : 0;
        ::umask(0077);  // the state and the report have data of customers
        listen_for_stop();
        if (const auto ready = shearline::sodium_ready(); !ready)
            return end(exit_status::other, ready.error().message());
        return static_cast<int>(run(given, tells));
    } catch (const failure& why) {
        return end(why.status(), why.what());
    } catch (const std::invalid_argument& why) {
        return end(exit_status::usage, why.what());
    } catch (const stopped&) {
        return end(exit_status::other, "stopped; the next run continues from here");
    } catch (const std::exception& what) {
        return end(exit_status::other, what.what());
    }
}

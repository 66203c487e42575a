// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Keeps the contacts of a CRM as the customers of a legacy SQLite database are.
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
    std::string says{};  ///< help or version: to be printed, and nothing else done
};

constexpr const char* after_the_options =
    R"(There is no option for the key itself: a command line can be read by everyone on the machine.

Exit status: 0 the CRM has every row; 3 some rows could not be sent (see the report); 4 the key was refused;
5 the CRM could not be reached; 2 the command line or the mapping is wrong; 1 anything else. After each but 2, the
next run goes on from where this one was.

Examples:
  shearline-legacy-sync --source shop.db --mapping shop.json --dry-run --state shop.sync
  shearline-legacy-sync --source shop.db --mapping shop.json --state shop.sync --key-file instance.key \
      --crm https://crm.example/crm/api/v2/ --watch)";

/// Reads the arguments. Throws `failure` (usage), which says what is off.
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

common::base_url address_of(const std::string& text) {
    auto read = common::base_url::parse(text);
    if (!read) throw failure{exit_status::usage, "--crm " + printable(text, 120) + ": " + read.error().context()};
    return *std::move(read);
}

/// The state belongs to one CRM, one mapping and one source. Another CRM knows none of its contacts, so that is
/// refused; another mapping or source makes every row be compared again. That the same CRM has another address now, a
/// person says, and it must prove it: to a copy of it, what is sent would be lost.
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
                              ": give --state a file of its own, or say --crm-moved once, if this is "
                              "the same CRM"};
        if (!m_moved) m_state.set("crm", address);
        m_address = address;
    }

    /// Makes sure of a CRM that is said to have moved: it has contacts that this state knows.
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
                              " has none of the contacts that this state knows: it is another; give "
                              "--state a file of its own"};
        m_state.set("crm", m_address);
        m_moved = false;
    }

    [[nodiscard]] bool is_new() const {
        return m_state.setting("source") != m_source || m_state.setting("mapping") != m_mapping;
    }
    /// Every row was compared.
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

/// Goes on until it is told to stop. What may pass by itself (a CRM that answers as none does, a source that is away or
/// is being changed) is said once, and ends it only where it lasts for `patience`.
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
                if (failing_since != not_at_all) tells.note("going on");
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
                complain(why.what() + std::string{"; trying again for up to "} + std::to_string(patience.count()) +
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
        ::umask(0077);  // the state and the report are about customers
        listen_for_stop();
        if (const auto ready = shearline::sodium_ready(); !ready)
            return end(exit_status::other, ready.error().message());
        return static_cast<int>(run(given, tells));
    } catch (const failure& why) {
        return end(why.status(), why.what());
    } catch (const std::invalid_argument& why) {
        return end(exit_status::usage, why.what());
    } catch (const stopped&) {
        return end(exit_status::other, "stopped; the next run goes on from here");
    } catch (const std::exception& what) {
        return end(exit_status::other, what.what());
    }
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The CRM: its stores, its interfaces and its server, from start to a graceful stop.
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/http/problem.hpp>
#include <shearline/keyring.hpp>
#include <shearline/private_file.hpp>

#include "atomic_file.hpp"
#include "console/console.hpp"
#include "http/server.hpp"
#include "keys.hpp"
#include "log.hpp"
#include "moving.hpp"
#include "options.hpp"
#include "rest/api.hpp"
#include "vouching.hpp"

namespace {

using namespace crm;
using shearline::errc;
using shearline::error;
using shearline::result;

response refusal(const shearline::problem& what) {
    return {what.status,
            {{"Content-Type", std::string{shearline::problem_media_type}}, {"Cache-Control", "no-store"}},
            shearline::to_json(what)};
}

/// Redirects to the console, from the paths that people try first.
response to_console(const request& asked) {
    if (!asked.reads())
        return refusal({.status = 404, .title = "Not Found", .detail = "there is nothing at this address"});
    return {303, {{"Location", "/admin"}, {"Cache-Control", "no-store"}}, {}};
}

response healthy(const request& asked) {
    if (asked.reads())
        return {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, R"({"status":"ok"})"};
    response made =
        refusal({.status = 405, .title = "Method Not Allowed", .detail = "this method is not allowed here"});
    made.headers.emplace_back("Allow", "GET, HEAD");
    return made;
}

enum class area : std::uint8_t { none, health, readiness, start, console, rest };

area area_of(std::string_view path) {
    if (path == "/healthz") return area::health;
    if (path == "/readyz") return area::readiness;
    if (path == "/" || path == "/admin/") return area::start;
    if (path == "/admin" || path.starts_with("/admin/")) return area::console;
    return path.starts_with(api_root) ? area::rest : area::none;
}

constexpr unsigned lanes = 4;

/// Separate workers for requests that wait for different things: reads and writes, over REST and in the console.
std::optional<unsigned> lane_of(const request& asked) {
    switch (area_of(asked.path())) {
        case area::rest: return asked.reads() ? 0 : 1;
        case area::console: return asked.reads() ? 2 : 3;
        default: return std::nullopt;
    }
}

/// Checks a store once a second, on a thread of its own, and once more at the end. The log has one line when a problem
/// begins, and one when it is over.
class store_watch {
public:
    using step = std::function<result<void>()>;

    /// `ask` checks whether the store answers; if it does, `then` is called.
    store_watch(std::string name, step ask, step then)
        : m_name{std::move(name)}, m_ask{std::move(ask)}, m_then{std::move(then)}, m_thread{[this] { run(); }} {}
    ~store_watch() {
        {
            const std::scoped_lock lock{m_mutex};
            m_ended = true;
        }
        m_ends.notify_all();
        m_thread.join();
    }
    store_watch(const store_watch&) = delete;
    store_watch& operator=(const store_watch&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return m_name; }

    /// Whether the store answered the last check, and that check was within this time. Never waits.
    [[nodiscard]] bool answers(std::chrono::seconds within = std::chrono::seconds{6}) const noexcept {
        return std::chrono::steady_clock::now().time_since_epoch() - m_answered.load() < within;
    }

private:
    static constexpr std::chrono::steady_clock::duration never{0};

    void run() {
        std::unique_lock lock{m_mutex};
        do {
            lock.unlock();
            look();
            lock.lock();
        } while (!m_ends.wait_for(lock, std::chrono::seconds{1}, [this] { return m_ended; }));
        look();
    }

    void look() {
        auto done = m_ask();
        m_answered = done ? std::chrono::steady_clock::now().time_since_epoch() : never;
        if (done) done = m_then();
        const std::string now = done ? std::string{} : done.error().message();
        if (now != m_told)
            log_line(now.empty() ? "info" : "warning", now.empty() ? "the " + m_name + " answers again" : now);
        m_told = now;
    }

    std::string m_name;
    step m_ask, m_then;
    std::atomic<std::chrono::steady_clock::duration> m_answered{never};
    std::string m_told;
    std::mutex m_mutex;
    std::condition_variable m_ends;
    bool m_ended = false;
    std::thread m_thread;
};

using store_watches = std::initializer_list<const store_watch*>;

response ready(const request& asked, store_watches stores) {
    for (const store_watch* each : stores) {
        if (each->answers()) continue;
        response made = refusal(
            {.status = 503, .title = "Service Unavailable", .detail = "the " + each->name() + " does not answer"});
        made.headers.emplace_back("Retry-After", "1");
        return made;
    }
    return healthy(asked);
}

/// For a request that timed out: names the stores that have not answered for most of that time.
response unavailable(const request& asked, std::string_view why, store_watches stores) {
    std::string silent;
    for (const store_watch* each : stores)
        if (!each->answers(std::chrono::seconds{3})) silent += (silent.empty() ? "The " : " and the ") + each->name();
    if (area_of(asked.path()) == area::console) return console::unavailable(asked, silent);
    std::string detail = silent.empty() ? std::string{} : silent + " does not answer: ";
    return refusal({.status = 503, .title = "Service Unavailable", .detail = detail += why});
}

result<void> make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    struct ::stat about {};
    if (errno == EEXIST && ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return {};
    return error{errc::unavailable, "cannot create the folder " + path + ": " + std::strerror(errno)};
}

/// The files are created in this order. If a later one exists and an earlier one is missing or empty, the earlier one
/// was lost, and is not created again. (A keyring alone is what an interrupted first start leaves.)
result<void> is_whole(const options& given) {
    const std::string& folder = given.data;
    const auto size_of = [&](const char* name) -> long long {
        struct ::stat about {};
        return ::stat((folder + "/" + name).c_str(), &about) == 0 ? static_cast<long long>(about.st_size) : -1;
    };
    std::vector<const char*> files{"keyring", "keys.db", "crm.db", "owner.password"};
    if (!given.keys.empty()) files.erase(files.begin() + 1);
    for (std::size_t later = files.size(); later-- > 1;) {
        if (size_of(files[later]) <= 0) continue;
        for (std::size_t earlier = 0; earlier < later; ++earlier)
            if (const auto size = size_of(files[earlier]); size <= 0)
                return error{errc::not_found, folder + "/" + files[earlier] +
                                                  (size < 0 ? ": is missing" : ": is empty") + ", but " + files[later] +
                                                  " exists: restore it from a backup, or start with an empty folder"};
    }
    return {};
}

/// Logs problems that do not prevent the start.
void warn_of(const std::string& folder, const shearline::keyring& ring) {
    struct ::stat about {};
    if (::stat(folder.c_str(), &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        log_line("warning", folder + ": other users of this machine have access to it: run chmod 700 on it");
    ::rlimit files{};
    constexpr ::rlim_t needed = 256 + 64;  // the server's connections, and other open files
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < needed)
        log_line("warning", "this process may open " + std::to_string(files.rlim_cur) + " files, but needs " +
                                std::to_string(needed) + " to serve all connections: raise ulimit -n");
    if (!ring.locked())
        log_line("warning", "keys may be written to swap: this process cannot lock enough memory (ulimit -l)");
}

/// The password in a file: its first line.
result<shearline::secret_text> password_in(const std::string& path) {
    if (path.empty()) return shearline::secret_text{};
    auto read = shearline::read_private_file(path, 4'096);
    if (!read) return read;
    const std::string_view text = read->reveal(shearline::unsafe_reveal);
    return shearline::secret_text::copy_of(text.substr(0, text.find_first_of("\r\n")));
}

/// The initial password is wiped when this returns.
result<owner_password::opened> owner_of(const options& given) {
    auto initial = password_in(given.password_file);
    if (!initial) return std::move(initial).error();
    return owner_password::open_or_create(given.data + "/owner.password", initial->reveal(shearline::unsafe_reveal));
}

/// Writes to the standard output without its buffer, in which a password would remain.
bool say(std::initializer_list<std::string_view> texts) {
    for (std::string_view text : texts)
        while (!text.empty()) {
            const ::ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
            if (written < 0 && errno != EINTR) return false;
            text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
        }
    return true;
}

/// Asks on the terminal, and waits for a line.
bool answers_yes(const std::string& question) {
    if (!say({question, "\nType yes to go on: "})) return false;
    std::string line;
    for (int c = std::getchar(); c != EOF && c != '\n' && line.size() < 16; c = std::getchar())
        line += static_cast<char>(c);
    return line == "yes";
}

/// Vouches for the key store, and returns the exit status.
result<int> prove(const options& given) {
    if (!given.yes && ::isatty(STDIN_FILENO) == 0)
        return error{errc::invalid_argument, "--prove-store asks on a terminal, and this is none: pass --yes"};
    bool was_asked = false;
    const auto done = vouch_for(given.data, [&](const std::string& what) {
        was_asked = true;
        return given.yes ? say({what, "\n"}) : answers_yes(what);
    });
    if (!done) return done.error();
    if (!*done) return error{errc::illegal_state, "not confirmed: nothing was proved, and the CRM will not start"};
    const std::string count = std::to_string(**done);
    const bool told = was_asked ? say({"Proved ", count, **done == 1 ? " credential.\n" : " credentials.\n"})
                                : say({"Proved 0 credentials: nothing was left to prove.\n"});
    return told ? 0 : 1;
}

/// Moves the keys, and tells what to do next.
result<void> move_keys(const options& given) {
    const bool shows = ::isatty(STDOUT_FILENO) != 0;
    std::uint64_t told = 0;
    const auto progress = [&](std::uint64_t done, std::uint64_t of) {
        const std::uint64_t percent = of == 0 ? 100 : done * 100 / of;
        if (shows && std::exchange(told, percent) != percent) (void)say({"\r", std::to_string(percent), " %"});
    };
    const auto moved = copy_keys(given.copy_from, given.copy_to, given.schema, progress);
    if (!moved) return moved.error();
    const std::string rows = std::to_string(moved->rows);
    const bool said =
        say({shows ? "\r" : "", moved->was_moved ? "All keys were moved before: nothing was left to do.\n" : "",
             moved->was_moved ? "" : "Moved all keys (", moved->was_moved ? "" : rows,
             moved->was_moved ? "" : " rows) and closed the store that they were in.\n",
             "Now start each CRM with the new store, and with the keyring that it had.\n"});
    return said ? result<void>{} : error{errc::unavailable, "cannot write to the standard output"};
}

result<void> serve(const options& given, const sigset_t& ending) {
    if (auto made = make_folder(given.data); !made) return made;
    if (auto whole = is_whole(given); !whole) return whole;
    auto opened = open_keys({given.data, given.keys, given.schema});
    if (!opened) return std::move(opened).error();
    const shearline::keyring& ring = opened->ring;
    key_service& keys = *opened->keys;
    warn_of(given.data, ring);
    auto contacts = contact_store::open(given.data + "/crm.db");
    if (!contacts) return std::move(contacts).error();
    auto owner = owner_of(given);
    if (!owner) return std::move(owner).error();

    auto shared_key = ring.subkey(shearline::key_kind::pepper, ring.current_pepper(), "known browsers",
                                  crm_keys::format::name, crm_keys::format::environment_of);
    if (!shared_key) return std::move(shared_key).error();
    api rest{keys, *contacts};
    console pages{{.hosts = given.hosts,
                   .behind_tls = given.behind_tls_proxy,
                   .shared_key = *std::move(shared_key),
                   .note = [&keys](const shearline::audit_event& event) { return keys.note(event); }},
                  std::move(owner->password),
                  keys,
                  *contacts};
    const store_watch keys_watch{"key store", [&] { return keys.poll(); }, [&] { return keys.flush_usage(); }};
    const store_watch contacts_watch{"contact store", [&] { return contacts->check(); }, [] { return result<void>{}; }};
    auto server = http_server::start(
        {.address = given.address,
         .port = given.port,
         .lanes = lanes,
         .workers = 16,
         .unavailable =
             [&](const request& asked, std::string_view why) {
                 return unavailable(asked, why, {&keys_watch, &contacts_watch});
             },
         .lane_of = lane_of,
         .client_of = [&given](const request& asked) { return given.proxies.client_of(asked); }},
        [&](const request& asked) -> response {
            switch (area_of(asked.path())) {
                case area::health: return healthy(asked);
                case area::readiness: return ready(asked, {&keys_watch, &contacts_watch});
                case area::start: return to_console(asked);
                case area::console: return pages.handle(asked);
                case area::rest: return rest.handle(asked);
                case area::none: break;
            }
            return refusal({.status = 404, .title = "Not Found", .detail = "there is nothing at this address"});
        },
        log_request);
    if (!server) return std::move(server).error();

    const std::string port = std::to_string(server->port());
    if (!given.port_file.empty())
        if (const int failed = common::replace_file(given.port_file, port + "\n", 0644); failed != 0)
            return error{errc::unavailable, "cannot write " + given.port_file + ": " + std::strerror(failed)};
    const std::string address =
        given.address.find(':') == std::string::npos ? given.address : "[" + given.address + "]";
    const std::string here = "http://" + address + ":" + port;
    bool told = say({"The CRM listens on ", here, "/, and its console is at ", here, "/admin\n"});
    if (owner->generated)
        told = told &&
               say({"The console's password, shown only once: ", owner->generated->reveal(shearline::unsafe_reveal),
                    "\n"});
    owner->generated.reset();
    if (!told)
        return error{errc::unavailable,
                     "cannot write to the standard output; if this was the first start, the password "
                     "was not shown: remove " +
                         given.data + "/owner.password and start again"};
    log_line("info", "started");

    int signal = 0;
    ::sigwait(&ending, &signal);
    log_line("info", "stopping");
    server->stop(std::chrono::seconds{10});
    log_line("info", "stopped");
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto given = read_options(argc, argv);
    if (!given) {
        std::fprintf(stderr, "shearline-crm: %s\n", given.error().context().c_str());
        return 2;
    }
    if (!given->says.empty()) return std::fputs(given->says.c_str(), stdout) < 0 ? 1 : 0;

    // Before any thread is created, so that all of them leave these signals to sigwait.
    sigset_t ending;
    ::sigemptyset(&ending);
    ::sigaddset(&ending, SIGTERM);
    ::sigaddset(&ending, SIGINT);
    // Else they end it, as at its question, or a move, which may end at any time.
    const bool serves = !given->prove_store && given->copy_to.empty();
    if (serves) ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    ::signal(SIGPIPE, SIG_IGN);

    try {
        if (given->prove_store) {
            const auto done = prove(*given);
            if (!done) std::fprintf(stderr, "shearline-crm: %s\n", done.error().message().c_str());
            return done ? *done : 1;
        }
        if (const auto done = serves ? serve(*given, ending) : move_keys(*given); !done) {
            std::fprintf(stderr, "shearline-crm: %s\n", done.error().message().c_str());
            return 1;
        }
    } catch (const std::exception& what) {
        std::fprintf(stderr, "shearline-crm: %s\n", what.what());
        return 1;
    }
    return 0;
}

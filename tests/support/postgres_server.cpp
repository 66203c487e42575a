// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "postgres_server.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace support {

namespace {

using namespace std::chrono_literals;
constexpr auto limit = 30s;
using steady = std::chrono::steady_clock;

struct close_connection {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct clear_result {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using connection = std::unique_ptr<PGconn, close_connection>;
using query_result = std::unique_ptr<PGresult, clear_result>;

std::optional<std::string> in_path(const std::string& program) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders{std::string{path == nullptr ? "" : path} + ":/usr/sbin:/usr/local/sbin"};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string name = folder + "/" + program;
        if (folder.starts_with('/') && ::access(name.c_str(), X_OK) == 0) return name;
    }
    return std::nullopt;
}

/// The folder of PostgreSQL's programs: Debian's newest, or what is in the PATH.
std::optional<std::string> folder_of_programs() {
    int newest = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib/postgresql", ignored}) {
        const std::string version = entry.path().filename().string();
        if (version.empty() || version.size() > 4 || version.find_first_not_of("0123456789") != std::string::npos)
            continue;
        if (::access((entry.path() / "bin/initdb").c_str(), X_OK) == 0) newest = std::max(newest, std::stoi(version));
    }
    if (newest != 0) return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin";
    const auto found = in_path("initdb");
    if (!found) return std::nullopt;
    return std::filesystem::canonical(*found).parent_path().string();  // a link may stand alone in its folder
}

std::string program(const std::string& name) {
    static const std::optional<std::string> folder = folder_of_programs();
    const std::string path = folder.value_or("") + "/" + name;
    if (!folder || ::access(path.c_str(), X_OK) != 0) {
        throw std::runtime_error{"PostgreSQL is not installed: no program '" + name +
                                 "' in /usr/lib/postgresql/*/bin or the PATH; on Debian: apt-get install postgresql"};
    }
    return path;
}

std::string pgbouncer_program() {
    const auto found = in_path("pgbouncer");
    if (!found)
        throw std::runtime_error{
            "PgBouncer is not installed: it is not in the PATH; on Debian: apt-get install pgbouncer"};
    return *found;
}

std::string conninfo_of(int port, const std::string& dbname, const std::string& user) {
    return "host=127.0.0.1 port=" + std::to_string(port) + " dbname=" + dbname + " user=" + user;
}

/// Like PQexec, but not for ever: a commit may wait for a standby that is down.
query_result answer_of(PGconn* to, const std::string& sql) {
    const auto until = steady::now() + limit;
    query_result last;
    bool good = PQsendQuery(to, sql.c_str()) == 1;
    while (good) {
        if (PQisBusy(to) == 0) {
            query_result next{PQgetResult(to)};
            if (!next) break;
            last = std::move(next);
            continue;
        }
        ::pollfd wait{.fd = PQsocket(to), .events = POLLIN, .revents = 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
        if (left <= 0) throw std::runtime_error{sql + ": no answer within 30 seconds"};
        ::poll(&wait, 1, static_cast<int>(left));
        if (wait.revents != 0) good = PQconsumeInput(to) == 1;
    }
    if (!good) last.reset();  // the connection has the message
    return last;
}

std::string run_at(const std::string& conninfo, const std::string& sql) {
    const connection to{PQconnectdb((conninfo + " connect_timeout=10").c_str())};
    if (PQstatus(to.get()) != CONNECTION_OK) throw std::runtime_error{PQerrorMessage(to.get())};
    PQsetNoticeProcessor(
        to.get(), [](void*, const char*) {}, nullptr);
    const query_result got = answer_of(to.get(), sql);
    const auto status = PQresultStatus(got.get());  // of nothing: an error
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY)
        throw std::runtime_error{sql + ": " + PQerrorMessage(to.get())};
    if (PQntuples(got.get()) == 0 || PQnfields(got.get()) == 0) return {};
    return {PQgetvalue(got.get(), 0, 0), static_cast<std::size_t>(PQgetlength(got.get(), 0, 0))};
}

/// Until it answers a query.
void wait_until_ready(const guarded_process& process, const std::string& conninfo) {
    const auto until = steady::now() + limit;
    std::string said;
    while (steady::now() < until) {
        if (process.ended()) throw std::runtime_error{"a server did not start:\n" + process.end_of_log()};
        const connection to{PQconnectdb((conninfo + " connect_timeout=5").c_str())};
        if (PQstatus(to.get()) == CONNECTION_OK) return;
        said = PQerrorMessage(to.get());
        std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error{"a server does not answer: " + said + process.end_of_log()};
}

void wait_until(const postgres_server& server, const std::string& condition) {
    const auto until = steady::now() + limit;
    while (server.run_sql("SELECT " + condition) != "t") {
        if (steady::now() > until)
            throw std::runtime_error{"this did not come true: " + condition + "\n" + server.log()};
        std::this_thread::sleep_for(10ms);
    }
}

/// A setting, as files of PostgreSQL have it, from "name=value".
std::string setting_line(const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
        throw std::runtime_error{"this is not a setting as \"name=value\": " + setting};
    std::string line = setting.substr(0, equals) + " = '";
    for (const char each : setting.substr(equals + 1)) line += each == '\'' ? std::string{"''"} : std::string{each};
    return line + "'\n";
}

std::string settings_file(const std::vector<std::string>& more) {
    std::string text =
        "fsync = on\n"
        "full_page_writes = on\n"
        "synchronous_commit = on\n"
        "shared_buffers = 8MB\n"
        "max_connections = 60\n"
        "max_worker_processes = 2\n"
        "max_wal_senders = 6\n"
        "wal_keep_size = 64MB\n"  // so that a standby that was away can follow
        "hot_standby = on\n"
        "listen_addresses = '127.0.0.1'\n"
        // Unlike shared memory of the system, it is removed with the folder.
        "dynamic_shared_memory_type = mmap\n"
        "logging_collector = off\n";
    for (const std::string& each : more) text += setting_line(each);
    return text;
}

/// An empty cluster, which is made once and copied: initdb takes a second.
const std::string& cluster(const std::string& locale, const std::string& encoding) {
    struct made_by {
        ::pid_t process;
        std::map<std::pair<std::string, std::string>, guarded_process> clusters;
    };
    static std::mutex lock;
    static std::unique_ptr<made_by> all;
    const std::scoped_lock held{lock};
    // A child of the test that starts servers makes its own: those of its parent end with its parent.
    if (!all || all->process != ::getpid()) all = std::make_unique<made_by>(made_by{::getpid(), {}});
    const auto found = all->clusters.find({locale, encoding});
    if (found != all->clusters.end()) return found->second.folder();
    guarded_process made{"cluster"};
    made.run({program("initdb"), "-D", made.folder() + "/data", "-U", "postgres", "--auth=trust", "--no-sync",
              "--no-instructions", "--wal-segsize=1", "--encoding=" + encoding, "--locale=" + locale,
              "--lc-messages=C"});
    return all->clusters.emplace(std::pair{locale, encoding}, std::move(made)).first->second.folder();
}

}  // namespace

bool has_postgres() { return folder_of_programs().has_value(); }
bool has_pgbouncer() { return in_path("pgbouncer").has_value(); }
std::string postgres_program(const std::string& name) { return program(name); }

postgres_server::postgres_server(const postgres_options& options) : m_process{"postgres"} {
    m_process.run({"/bin/cp", "-R", "-p", cluster(options.locale, options.encoding) + "/data", data_folder()});
    m_process.write("data/test.conf", settings_file(options.settings));
    m_process.write("data/postgresql.conf", m_process.content("data/postgresql.conf") + "\ninclude = 'test.conf'\n");
    start();
}

postgres_server::postgres_server(standby_of other) : m_process{"standby"} {
    const std::string& name = other.name;
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
        throw std::runtime_error{"the name of a standby needs quotes, and has none: " + name};
    m_process.run({program("pg_basebackup"), "-D", data_folder(), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d",
                   "host=127.0.0.1 port=" + std::to_string(other.primary.port()) +
                       " user=postgres application_name=" + (name.empty() ? "asynchronous" : name)});
    start();
}

std::string postgres_server::conninfo(const std::string& dbname, const std::string& user) const {
    return conninfo_of(port(), dbname, user);
}

std::string postgres_server::run_sql(const std::string& sql, const std::string& dbname) const {
    return run_at(conninfo(dbname), sql);
}

void postgres_server::start() {
    // Not from the settings, which a standby copies.
    m_process.start({program("postgres"), "-D", data_folder(), "-c", "port=" + std::to_string(port()), "-c",
                     "unix_socket_directories=" + folder()});
    wait_until_ready(m_process, conninfo());
}

void postgres_server::stop() {
    m_process.resume();
    m_process.signal(SIGINT);
    const auto until = steady::now() + limit;
    while (!m_process.ended()) {
        if (steady::now() > until) {
            m_process.kill();
            throw std::runtime_error{"PostgreSQL did not stop, and was killed:\n" + log()};
        }
        std::this_thread::sleep_for(5ms);
    }
}

void postgres_server::restart() {
    if (is_running()) stop();
    start();
}

postgres_server postgres_server::make_standby(const std::string& synchronous_name) {
    postgres_server standby{standby_of{*this, synchronous_name}};
    if (!synchronous_name.empty()) {
        run_sql("ALTER SYSTEM SET synchronous_standby_names = '\"" + synchronous_name + "\"'");
        run_sql("SELECT pg_reload_conf()");
    }
    const std::string name = synchronous_name.empty() ? "asynchronous" : synchronous_name;
    wait_until(*this, "EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '" + name +
                          "' AND state = 'streaming' AND sync_state = '" +
                          (synchronous_name.empty() ? "async" : "sync") + "')");
    return standby;
}

void postgres_server::promote() {
    // It must not wait within a query: that has a snapshot, and the standby, which still replays what it has received,
    // may have to remove what the snapshot sees. It would wait for the query for 30 seconds.
    run_sql("SELECT pg_promote(false)");
    wait_until(*this, "NOT pg_is_in_recovery()");
    // It may have copied that of the primary, and would wait for itself or for another.
    run_sql("ALTER SYSTEM RESET synchronous_standby_names");
    run_sql("SELECT pg_reload_conf()");
    wait_until(*this, "current_setting('synchronous_standby_names') = ''");
}

pgbouncer_server::pgbouncer_server(const postgres_server& server, pool_mode mode,
                                   const std::vector<std::string>& settings)
    : m_process{"pgbouncer"} {
    std::string text =
        "[databases]\n* = host=127.0.0.1 port=" + std::to_string(server.port()) +
        "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + std::to_string(port()) +
        "\nunix_socket_dir = " + folder() + "\nauth_type = trust\nauth_file = " + folder() +
        "/users\npool_mode = " + (mode == pool_mode::session ? "session" : "transaction") +
        "\ndefault_pool_size = 10\nmax_client_conn = 100\nserver_login_retry = 0.1\nadmin_users = postgres\n";
    for (const std::string& each : settings) text += each + "\n";
    m_process.write("pgbouncer.ini", text);
    m_process.write("users", "\"postgres\" \"\"\n");
    start();
}

std::string pgbouncer_server::conninfo(const std::string& dbname, const std::string& user) const {
    return conninfo_of(port(), dbname, user);
}

std::string pgbouncer_server::run_sql(const std::string& sql, const std::string& dbname) const {
    return run_at(conninfo(dbname), sql);
}

void pgbouncer_server::start() {
    m_process.start({pgbouncer_program(), folder() + "/pgbouncer.ini"});
    wait_until_ready(m_process, conninfo());
}

void pgbouncer_server::restart() {
    m_process.kill();
    start();
}

}  // namespace support

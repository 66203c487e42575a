// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A real PostgreSQL for one test, which can be killed, paused, restarted and followed by a standby; and a PgBouncer in
// front of it.
// Depends on libpq and on the programs of PostgreSQL and PgBouncer; never on tested code.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "process_guard.hpp"

namespace support {

struct postgres_options {
    /// Of the cluster, for initdb.
    std::string locale = "C";
    std::string encoding = "UTF8";
    /// Of postgresql.conf, each as "name=value"; they win over those of the class.
    std::vector<std::string> settings = {};
};

/// Listens on a port of 127.0.0.1 that it keeps when it is restarted, and on a socket in its folder. Its superuser is
/// `postgres`, without a password. A commit is synced (fsync and full_page_writes are on), in memory if there is
/// /dev/shm.
///
/// Every member that fails throws a std::runtime_error, with the end of the server's log if it did not start. All end
/// within 30 seconds. The destructor kills the server and removes its folder; if the test ends otherwise, its guard
/// does.
///
/// Example:
///     support::postgres_server server{{.settings = {"max_connections=20"}}};
///     server.run_sql("CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
///     server.kill();
///     server.restart();
///     const bool is_there = server.run_sql("SELECT n FROM t") == "1";
class postgres_server {
public:
    explicit postgres_server(const postgres_options& options = {});

    [[nodiscard]] int port() const { return m_port.number(); }
    /// For libpq: "host=127.0.0.1 port=… dbname=… user=…".
    [[nodiscard]] std::string conninfo(const std::string& dbname = "postgres",
                                       const std::string& user = "postgres") const;
    /// For clients of the socket, as their host.
    [[nodiscard]] const std::string& folder() const { return m_process.folder(); }
    [[nodiscard]] std::string data_folder() const { return folder() + "/data"; }
    [[nodiscard]] std::string log() const { return m_process.end_of_log(); }
    /// Of the postmaster.
    [[nodiscard]] ::pid_t pid() const { return m_process.pid(); }
    [[nodiscard]] bool is_running() const { return !m_process.ended(); }

    /// Runs statements, and returns the first column of the first row of the last one, or nothing if it has no row.
    /// Each call has its own connection.
    // NOLINTNEXTLINE(modernize-use-nodiscard): most statements have no row
    std::string run_sql(const std::string& sql, const std::string& dbname = "postgres") const;

    /// SIGKILL to the postmaster and all its children, as at a crash of the machine; but what the kernel has stays
    /// there.
    void kill() { m_process.kill(); }
    /// A fast shutdown: open transactions are rolled back, and all is written.
    void stop();
    /// Starts it again on its port, after a stop if it runs, and waits until it answers.
    void restart();
    /// No process of it runs, but the kernel still accepts connections and bytes for it.
    void pause() { m_process.pause(); }
    void resume() { m_process.resume(); }

    /// Another server, which follows this one. With a name, every commit here then waits for it, as long as it is down,
    /// too; returns when it is synchronous. Without, it is asynchronous.
    [[nodiscard]] postgres_server make_standby(const std::string& synchronous_name = {});
    /// Makes a standby an independent server; returns when it accepts writes.
    void promote();

private:
    struct standby_of {
        const postgres_server& primary;
        const std::string& name;
    };
    explicit postgres_server(standby_of other);
    void start();

    guarded_process m_process;
    reserved_port m_port;
};

enum class pool_mode { session, transaction };

/// PgBouncer in front of a server, with ten connections to it for each database.
class pgbouncer_server {
public:
    /// Settings as "name=value"; they win over those of the class.
    pgbouncer_server(const postgres_server& server, pool_mode mode, const std::vector<std::string>& settings = {});

    [[nodiscard]] int port() const { return m_port.number(); }
    /// As of the server, through PgBouncer.
    [[nodiscard]] std::string conninfo(const std::string& dbname = "postgres",
                                       const std::string& user = "postgres") const;
    [[nodiscard]] const std::string& folder() const { return m_process.folder(); }
    [[nodiscard]] std::string log() const { return m_process.end_of_log(); }
    [[nodiscard]] ::pid_t pid() const { return m_process.pid(); }
    // NOLINTNEXTLINE(modernize-use-nodiscard): most statements have no row
    std::string run_sql(const std::string& sql, const std::string& dbname = "postgres") const;

    void kill() { m_process.kill(); }
    void restart();
    void pause() { m_process.pause(); }
    void resume() { m_process.resume(); }

private:
    void start();

    guarded_process m_process;
    reserved_port m_port;
};

/// Whether the programs of PostgreSQL, and whether PgBouncer, are installed.
[[nodiscard]] bool has_postgres();
[[nodiscard]] bool has_pgbouncer();
/// The path of a program of PostgreSQL, such as pg_dump.
[[nodiscard]] std::string postgres_program(const std::string& name);

}  // namespace support

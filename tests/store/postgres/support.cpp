// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the tests of PostgreSQL stand on: servers that are killed, paused and followed, and a relay that cuts.
#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "../../support/if_postgres.hpp"
#include "../../support/in_child.hpp"
#include "../../support/postgres_server.hpp"
#include "../../support/relay.hpp"
#include "../../support/temporary_folder.hpp"

using namespace std::chrono_literals;
using support::cut_point;
using support::pgbouncer_server;
using support::pool_mode;
using support::postgres_server;
using support::relay;

namespace {

/// A connection that a test keeps.
class client {
public:
    explicit client(const std::string& conninfo) : m_to{PQconnectdb((conninfo + " connect_timeout=10").c_str())} {}

    [[nodiscard]] bool is_connected() const { return PQstatus(m_to.get()) == CONNECTION_OK; }
    /// Whether the server said that it was done.
    [[nodiscard]] bool runs(const std::string& sql) const {
        const std::unique_ptr<PGresult, decltype(&PQclear)> got{PQexec(m_to.get(), sql.c_str()), &PQclear};
        const auto status = PQresultStatus(got.get());
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    }
    /// The same by a prepared statement, whose execution has no words on the wire, but its name.
    [[nodiscard]] bool executes(const char* name) const {
        const std::unique_ptr<PGresult, decltype(&PQclear)> got{
            PQexecPrepared(m_to.get(), name, 0, nullptr, nullptr, nullptr, 0), &PQclear};
        return PQresultStatus(got.get()) == PGRES_COMMAND_OK;
    }

private:
    struct close_connection {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    std::unique_ptr<PGconn, close_connection> m_to;
};

std::string through(const relay& between) {
    return "host=127.0.0.1 port=" + std::to_string(between.port()) + " dbname=postgres user=postgres";
}

bool comes_true(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

/// Whether a process runs: one that has ended may stay in /proc until its parent asks for its status.
bool is_there(::pid_t pid) {
    const std::string stat = support::bytes_of("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t name_ends = stat.rfind(')');
    return name_ends != std::string::npos && stat.compare(name_ends, 3, ") Z") != 0;
}

::pid_t parent_of(::pid_t pid) {
    const std::string stat = support::bytes_of("/proc/" + std::to_string(pid) + "/stat");
    return std::stoi(stat.substr(stat.rfind(')') + 4));
}

/// The shared memory of a server, which the system keeps when nobody removes it.
int shared_memory_of(const postgres_server& server) {
    std::istringstream file{support::bytes_of(server.data_folder() + "/postmaster.pid")};
    std::string line;
    for (int i = 0; i < 7; ++i) std::getline(file, line);
    return std::stoi(line.substr(line.rfind(' ')));
}

bool has_shared_memory(int id) {
    ::shmid_ds about{};
    return ::shmctl(id, IPC_STAT, &about) == 0;
}

postgres_server with_table() {
    postgres_server server;
    server.run_sql("CREATE TABLE t (n int)");
    return server;
}

::sockaddr_in address_of(int port) {
    ::sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    place.sin_port = ::htons(static_cast<std::uint16_t>(port));
    return place;
}

/// A server that only listens.
struct listener {
    listener() : socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        ::sockaddr_in place = address_of(0);
        ::socklen_t bytes = sizeof place;
        auto* const address = reinterpret_cast<::sockaddr*>(&place);
        BOOST_REQUIRE(::bind(socket, address, bytes) == 0);
        BOOST_REQUIRE(::listen(socket, 8) == 0);
        BOOST_REQUIRE(::getsockname(socket, address, &bytes) == 0);
        port = ::ntohs(place.sin_port);
    }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { ::close(socket); }

    /// All that one client says, and whether its end was a reset.
    [[nodiscard]] std::pair<std::string, bool> all_of_one() const {
        const int from = ::accept(socket, nullptr, nullptr);
        std::string all;
        std::array<char, 100> buffer{};
        ::ssize_t got = 0;
        while ((got = ::recv(from, buffer.data(), buffer.size(), 0)) > 0)
            all.append(buffer.data(), static_cast<std::size_t>(got));
        const bool was_reset = got < 0 && errno == ECONNRESET;
        ::close(from);
        return {all, was_reset};
    }

    int socket;
    int port = 0;
};

std::string rows(const postgres_server& server) { return server.run_sql("SELECT count(*) FROM t"); }

/// A child of this test that has a server, tells its folder, and then does something.
template <typename Act>
::pid_t child_with_server(const std::string& tell, Act act) {
    return support::start_child([&] {
        const postgres_server server;
        support::write_bytes(tell + ".new", server.folder() + " " + std::to_string(server.pid()));
        std::filesystem::rename(tell + ".new", tell);
        act(server);
        return 0;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(server, *support::if_postgres)

BOOST_AUTO_TEST_CASE(starts_quickly_and_answers) {
    const postgres_server first;
    const auto begin = std::chrono::steady_clock::now();
    const postgres_server second;
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 1500ms));
    BOOST_TEST(first.port() != second.port());
    BOOST_TEST(first.folder() != second.folder());
    for (const postgres_server* const each : {&first, &second}) {
        BOOST_TEST(each->is_running());
        BOOST_TEST(each->run_sql("SELECT 6 * 7") == "42");
        BOOST_TEST(each->run_sql("SELECT 1 WHERE false").empty());
        BOOST_TEST(client("host=" + each->folder() + " port=" + std::to_string(each->port()) +
                          " dbname=postgres user=postgres")
                       .is_connected());
    }
}

BOOST_AUTO_TEST_CASE(syncs_what_it_writes_and_has_the_settings_that_were_asked_for) {
    const postgres_server server{{.settings = {"work_mem=7MB", "search_path='one', public"}}};
    for (const char* const name : {"fsync", "full_page_writes", "synchronous_commit"})
        BOOST_TEST(server.run_sql("SELECT current_setting('" + std::string{name} + "')") == "on", name);
    BOOST_TEST(server.run_sql("SHOW work_mem") == "7MB");
    BOOST_TEST(server.run_sql("SHOW search_path") == "'one', public");
    BOOST_TEST(server.run_sql("SHOW listen_addresses") == "127.0.0.1");
    BOOST_TEST(server.run_sql("SHOW server_encoding") == "UTF8");
    BOOST_TEST(server.run_sql("SHOW lc_collate") == "C");
    const postgres_server other{{.locale = "C.UTF-8", .encoding = "UTF8"}};
    BOOST_TEST(other.run_sql("SHOW lc_collate") == "C.UTF-8");
    const postgres_server latin{{.encoding = "LATIN1"}};
    BOOST_TEST(latin.run_sql("SHOW server_encoding") == "LATIN1");
}

BOOST_AUTO_TEST_CASE(never_runs_as_root) {
    const postgres_server server;
    struct ::stat about {};
    BOOST_REQUIRE(::stat(("/proc/" + std::to_string(server.pid())).c_str(), &about) == 0);
    BOOST_TEST(about.st_uid != 0U);
    BOOST_TEST((::geteuid() == 0 || about.st_uid == ::geteuid()));
}

BOOST_AUTO_TEST_CASE(reports_what_fails_in_words) {
    const auto says = [](const std::string& words) {
        return [words](const std::runtime_error& error) {
            return std::string{error.what()}.find(words) != std::string::npos;
        };
    };
    const postgres_server server;
    BOOST_CHECK_EXCEPTION(server.run_sql("SELECT no_such_thing"), std::runtime_error, says("no_such_thing"));
    BOOST_CHECK_EXCEPTION(postgres_server({.settings = {"no_such_setting=1"}}), std::runtime_error,
                          says("unrecognized configuration parameter"));
    BOOST_CHECK_EXCEPTION(postgres_server({.settings = {"no_value"}}), std::runtime_error, says("no_value"));
    BOOST_CHECK_EXCEPTION(postgres_server({.locale = "no_such_locale"}), std::runtime_error, says("no_such_locale"));
}

BOOST_AUTO_TEST_CASE(comes_back_after_a_kill_with_what_was_committed) {
    postgres_server server = with_table();
    const client open{server.conninfo()};
    BOOST_TEST(open.runs("INSERT INTO t VALUES (1)"));
    BOOST_TEST(open.runs("BEGIN; INSERT INTO t VALUES (2)"));
    const ::pid_t backend =
        std::stoi(server.run_sql("SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'"));
    const int port = server.port();
    server.kill();
    BOOST_TEST(!server.is_running());
    BOOST_TEST(!is_there(server.pid()));
    BOOST_TEST(!is_there(backend));
    BOOST_TEST(!open.runs("COMMIT"));
    BOOST_CHECK_THROW(server.run_sql("SELECT 1"), std::runtime_error);
    server.restart();
    BOOST_TEST(server.port() == port);
    BOOST_TEST(rows(server) == "1");
    BOOST_TEST(server.log().find("was not properly shut down") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(kill_ends_a_backend_that_is_busy_and_one_that_is_paused) {
    postgres_server server;
    const std::string conninfo = server.conninfo();
    for (const bool pauses : {false, true}) {
        auto busy = std::async(std::launch::async,
                               [&] { return client{conninfo}.runs("DO $$ BEGIN WHILE true LOOP END LOOP; END $$"); });
        std::string pid;
        BOOST_REQUIRE(comes_true([&] {
            pid = server.run_sql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO%' AND state = 'active'");
            return !pid.empty();
        }));
        if (pauses) server.pause();
        server.kill();
        BOOST_TEST(!is_there(std::stoi(pid)));
        BOOST_TEST(!busy.get());
        server.restart();
    }
}

BOOST_AUTO_TEST_CASE(stops_in_order_and_starts_again) {
    postgres_server server = with_table();
    server.run_sql("INSERT INTO t VALUES (1)");
    server.stop();
    BOOST_TEST(!server.is_running());
    BOOST_TEST(server.log().find("database system is shut down") != std::string::npos);
    server.restart();
    BOOST_TEST(rows(server) == "1");
    server.restart();
    BOOST_TEST(rows(server) == "1");
}

BOOST_AUTO_TEST_CASE(a_paused_server_answers_when_it_is_resumed) {
    postgres_server server = with_table();
    const client open{server.conninfo()};
    BOOST_TEST(open.runs("SELECT 1"));
    server.pause();
    auto inserted = std::async(std::launch::async, [&] { return open.runs("INSERT INTO t VALUES (1)"); });
    auto connected = std::async(std::launch::async, [&] { return client{server.conninfo()}.is_connected(); });
    BOOST_TEST((inserted.wait_for(400ms) == std::future_status::timeout));
    BOOST_TEST((connected.wait_for(0ms) == std::future_status::timeout));
    server.resume();
    BOOST_REQUIRE((inserted.wait_for(10s) == std::future_status::ready));
    BOOST_TEST(inserted.get());
    BOOST_TEST(connected.get());
    BOOST_TEST(rows(server) == "1");
}

BOOST_AUTO_TEST_CASE(its_port_is_nobody_elses_also_before_it_listens) {
    const auto is_taken = [](int port) {
        const int taker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const ::sockaddr_in place = address_of(port);
        const bool refused = ::bind(taker, reinterpret_cast<const ::sockaddr*>(&place), sizeof place) != 0;
        ::close(taker);
        return refused;
    };
    int port = 0;
    {
        const support::reserved_port reserved;
        port = reserved.number();
        BOOST_TEST(is_taken(port));
    }
    BOOST_TEST(!is_taken(port));
}

BOOST_AUTO_TEST_CASE(is_gone_with_its_folder_when_its_object_is) {
    std::string folder;
    ::pid_t pid = 0;
    int memory = -1;
    try {
        postgres_server server;
        folder = server.folder();
        pid = server.pid();
        memory = shared_memory_of(server);
        BOOST_TEST(has_shared_memory(memory));
        BOOST_TEST(is_there(pid));
        server.pause();
        throw std::logic_error{"a test that fails"};
    } catch (const std::logic_error&) {
    }
    BOOST_TEST(!is_there(pid));
    BOOST_TEST(!std::filesystem::exists(folder));
    BOOST_TEST(!has_shared_memory(memory));
}

BOOST_AUTO_TEST_CASE(is_gone_with_its_folder_when_the_test_is_killed_or_forgets_it) {
    for (const bool killed : {true, false}) {
        const support::temporary_folder place;
        const std::string tell = place / "told";
        const ::pid_t child = child_with_server(tell, [&](const postgres_server& server) {
            const client open{server.conninfo()};
            // It has all that the test has open, and outlives it.
            const ::pid_t holder = support::start_child([&] {
                std::this_thread::sleep_for(60s);
                return 0;
            });
            support::write_bytes(tell + ".holder", std::to_string(holder) + "\n");
            if (!killed) ::_exit(open.is_connected() ? 3 : 4);
            std::this_thread::sleep_for(60s);
        });
        BOOST_REQUIRE(comes_true([&] { return support::bytes_of(tell + ".holder").ends_with('\n'); }, 30s));
        std::istringstream told{support::bytes_of(tell)};
        std::string folder;
        ::pid_t pid = 0;
        told >> folder >> pid;
        if (killed) BOOST_TEST((is_there(pid) && std::filesystem::exists(folder)));
        if (killed) ::kill(child, SIGKILL);
        BOOST_TEST(support::end_of(child) == (killed ? 1000 + SIGKILL : 3));
        BOOST_TEST(comes_true([&] { return !is_there(pid) && !std::filesystem::exists(folder); }));
        ::kill(std::stoi(support::bytes_of(tell + ".holder")), SIGKILL);
    }
}

BOOST_AUTO_TEST_CASE(ends_with_its_guard) {
    // In a child, whose guard is its own; and no PostgreSQL, because the guard would also have had to remove its
    // cluster.
    const int status = support::in_child([] {
        std::string folder;
        {
            support::guarded_process process{"sleeper"};
            process.start({"/bin/sleep", "60"});
            folder = process.folder();
            const std::string name = "/proc/" + std::to_string(process.pid()) + "/comm";
            if (!comes_true([&] { return support::bytes_of(name) == "sleep\n"; })) return 3;
            ::kill(parent_of(process.pid()), SIGKILL);
            if (!comes_true([&] { return !is_there(process.pid()); })) return 1;
        }
        return std::filesystem::exists(folder) ? 2 : 0;
    });
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(survives_the_thread_that_started_it) {
    std::unique_ptr<postgres_server> server;
    std::thread{[&] { server = std::make_unique<postgres_server>(); }}.join();
    std::this_thread::sleep_for(100ms);
    BOOST_TEST(server->run_sql("SELECT 1") == "1");
}

BOOST_AUTO_TEST_CASE(a_synchronous_standby_has_what_was_committed_and_is_promoted) {
    postgres_server primary = with_table();
    postgres_server standby = primary.make_standby("second");
    primary.run_sql("INSERT INTO t VALUES (1)");
    BOOST_TEST(standby.run_sql("SELECT pg_is_in_recovery()") == "t");
    BOOST_TEST(comes_true([&] { return rows(standby) == "1"; }));
    BOOST_CHECK_THROW(standby.run_sql("INSERT INTO t VALUES (2)"), std::runtime_error);

    // A commit waits for the standby.
    standby.pause();
    const client open{primary.conninfo()};
    auto inserted = std::async(std::launch::async, [&] { return open.runs("INSERT INTO t VALUES (2)"); });
    BOOST_TEST((inserted.wait_for(300ms) == std::future_status::timeout));
    standby.resume();
    BOOST_TEST(inserted.get());

    primary.kill();
    standby.promote();
    BOOST_TEST(rows(standby) == "2");
    standby.run_sql("INSERT INTO t VALUES (3)");
    BOOST_TEST(rows(standby) == "3");
}

BOOST_AUTO_TEST_CASE(an_asynchronous_standby_follows_and_nobody_waits_for_it) {
    postgres_server primary = with_table();
    postgres_server standby = primary.make_standby();
    standby.kill();
    primary.run_sql("INSERT INTO t VALUES (1)");
    standby.restart();
    BOOST_TEST(comes_true([&] { return rows(standby) == "1"; }));
}

BOOST_AUTO_TEST_CASE(a_second_standby_can_be_promoted) {
    postgres_server primary = with_table();
    const postgres_server first = primary.make_standby("first");
    postgres_server second = primary.make_standby();
    primary.kill();
    second.promote();
    second.run_sql("INSERT INTO t VALUES (1)");
    BOOST_TEST(rows(second) == "1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pgbouncer, *support::if_pgbouncer)

BOOST_AUTO_TEST_CASE(two_clients_share_a_connection_in_transaction_mode_alone) {
    const postgres_server server;
    for (const pool_mode mode : {pool_mode::transaction, pool_mode::session}) {
        const pgbouncer_server front{server, mode, {"default_pool_size=1"}};
        const client first{front.conninfo()};
        const client second{front.conninfo()};
        BOOST_TEST(first.runs("SET application_name = 'of the first'"));
        auto answered = std::async(std::launch::async, [&] { return second.runs("SELECT 1"); });
        const bool shares = answered.wait_for(500ms) == std::future_status::ready;
        BOOST_TEST(shares == (mode == pool_mode::transaction));
        if (!shares) BOOST_TEST(first.runs("SELECT pg_terminate_backend(pg_backend_pid())") == false);
        BOOST_TEST(answered.get());
    }
}

BOOST_AUTO_TEST_CASE(comes_back_after_a_kill_as_does_the_server_behind_it) {
    postgres_server server = with_table();
    pgbouncer_server front{server, pool_mode::transaction};
    front.run_sql("INSERT INTO t VALUES (1)");
    front.kill();
    BOOST_CHECK_THROW(front.run_sql("SELECT 1"), std::runtime_error);
    front.restart();
    server.kill();
    server.restart();
    BOOST_TEST(comes_true([&] {
        try {
            return front.run_sql("SELECT count(*) FROM t") == "1";
        } catch (const std::runtime_error&) {
            return false;
        }
    }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(relays, *support::if_postgres)

struct cut_case {
    cut_point where;
    bool is_committed;
};
std::ostream& operator<<(std::ostream& out, const cut_case& one) {
    return out << (one.where == cut_point::before_it ? "before" : one.where == cut_point::half ? "half" : "after");
}
constexpr std::array<cut_case, 3> cut_cases{
    {{cut_point::before_it, false}, {cut_point::half, false}, {cut_point::after_it, true}}};

BOOST_AUTO_TEST_CASE(passes_what_both_say_also_much_of_it) {
    const postgres_server server = with_table();
    relay between{server.port()};
    const client open{through(between)};
    BOOST_TEST(open.runs("INSERT INTO t VALUES (length('" + std::string(5'000'000, 'x') + "'))"));
    BOOST_TEST(server.run_sql("SELECT n FROM t") == "5000000");
    BOOST_TEST(open.runs("SELECT repeat('y', 5000000)"));
    BOOST_TEST(between.connections() == 1);
    BOOST_TEST(between.open_connections() == 1);
    BOOST_TEST(between.cuts() == 0);
    { const client second{through(between)}; }
    BOOST_TEST(between.connections() == 2);
    BOOST_TEST(comes_true([&] { return between.open_connections() == 1; }));
    BOOST_TEST(comes_true([&] {
        return server.run_sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'") == "2";
    }));
}

BOOST_AUTO_TEST_CASE(cuts_a_connection_at_its_commit) {
    const postgres_server server = with_table();
    relay between{server.port()};
    int cuts = 0;
    for (const cut_case& each : cut_cases) {
        BOOST_TEST_CONTEXT(each) {
            server.run_sql("DELETE FROM t");
            const client open{through(between)};
            const client other{through(between)};
            BOOST_TEST(open.runs("BEGIN"));
            BOOST_TEST(open.runs("INSERT INTO t VALUES (1)"));
            between.cut_when_client_sends("COMMIT", each.where);
            BOOST_TEST(between.waits_for_client());
            BOOST_TEST(open.runs("SELECT 1"));
            BOOST_TEST(!open.runs("COMMIT"));
            BOOST_TEST(!open.is_connected());
            BOOST_TEST(!between.waits_for_client());
            BOOST_TEST(between.cuts() == ++cuts);
            BOOST_TEST(other.runs("SELECT 1"));
            BOOST_TEST(comes_true([&] {
                return server.run_sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'") ==
                       "0";
            }));
            BOOST_TEST(rows(server) == (each.is_committed ? "1" : "0"));
        }
    }
}

BOOST_AUTO_TEST_CASE(passes_on_that_one_side_has_ended) {
    const listener target;
    const relay between{target.port};
    auto heard = std::async(std::launch::async, [&] { return target.all_of_one(); });
    const int talker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const ::sockaddr_in place = address_of(between.port());
    BOOST_REQUIRE(::connect(talker, reinterpret_cast<const ::sockaddr*>(&place), sizeof place) == 0);
    BOOST_TEST(::send(talker, "good bye", 8, MSG_NOSIGNAL) == 8);
    ::shutdown(talker, SHUT_WR);
    const bool ended = heard.wait_for(5s) == std::future_status::ready;
    BOOST_TEST(ended);
    char byte = 0;
    if (ended) BOOST_TEST(::recv(talker, &byte, 1, 0) == 0);
    const ::linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(talker, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(talker);  // at the latest now, the other side ends, too
    const auto [bytes, was_reset] = heard.get();
    BOOST_TEST(bytes == "good bye");
    BOOST_TEST(!was_reset);
    BOOST_TEST(comes_true([&] { return between.open_connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(passes_exactly_what_it_says_of_a_message_that_comes_in_pieces) {
    for (const cut_case& each : cut_cases) {
        BOOST_TEST_CONTEXT(each) {
            const listener target;
            relay between{target.port};
            auto heard = std::async(std::launch::async, [&] { return target.all_of_one(); });
            const int talker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const ::sockaddr_in place = address_of(between.port());
            BOOST_REQUIRE(::connect(talker, reinterpret_cast<const ::sockaddr*>(&place), sizeof place) == 0);
            between.cut_when_client_sends("COMMIT", each.where);
            for (const std::string piece : {"one, COM", "MIT-more"}) {
                BOOST_TEST(::send(talker, piece.data(), piece.size(), MSG_NOSIGNAL) == 8);
                std::this_thread::sleep_for(100ms);
            }
            ::shutdown(talker, SHUT_WR);
            const std::string_view end = each.where == cut_point::half       ? "MIT-"
                                         : each.where == cut_point::after_it ? "MIT-more"
                                                                             : "";
            const auto [bytes, was_reset] = heard.get();
            BOOST_TEST(bytes == "one, COM" + std::string{end});
            BOOST_TEST(was_reset);
            char byte = 0;
            BOOST_TEST(::recv(talker, &byte, 1, 0) == -1);
            BOOST_TEST(errno == ECONNRESET);
            ::close(talker);
        }
    }
}

BOOST_AUTO_TEST_CASE(cuts_a_connection_at_any_bytes) {
    const postgres_server server = with_table();
    relay between{server.port()};
    for (const cut_case& each : cut_cases) {
        BOOST_TEST_CONTEXT(each) {
            server.run_sql("DELETE FROM t");
            const client open{through(between)};
            BOOST_TEST(open.runs("PREPARE store_it AS INSERT INTO t VALUES (1)"));
            // The message Bind: its letter, its length, no portal, this statement.
            const std::string bind{"B\0\0\0\x16\0store_it\0", 15};
            between.cut_when_client_sends(bind, each.where);
            BOOST_TEST(!open.executes("store_it"));
            BOOST_TEST(comes_true([&] {
                return server.run_sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'") ==
                       "1";
            }));
            BOOST_TEST(rows(server) == (each.is_committed ? "1" : "0"));
        }
    }
}

BOOST_AUTO_TEST_CASE(cuts_at_a_message_whose_answer_takes_longer_than_it_waits) {
    const postgres_server server = with_table();
    relay between{server.port()};
    const client open{through(between)};
    between.cut_when_client_sends("pg_sleep", cut_point::after_it);
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(!open.runs("INSERT INTO t SELECT 1 FROM pg_sleep(2)"));
    const auto took = std::chrono::steady_clock::now() - begin;
    BOOST_TEST((took >= 200ms && took < 1800ms));
    BOOST_TEST(rows(server) == "0");
    BOOST_TEST(comes_true([&] { return rows(server) == "1"; }));
}

BOOST_AUTO_TEST_CASE(cuts_all_connections) {
    const postgres_server server;
    relay between{server.port()};
    const client first{through(between)};
    const client second{through(between)};
    between.cut();
    BOOST_TEST(between.open_connections() == 0);
    BOOST_TEST(between.cuts() == 2);
    BOOST_TEST(!first.runs("SELECT 1"));
    BOOST_TEST(!second.runs("SELECT 1"));
    BOOST_TEST(client{through(between)}.runs("SELECT 1"));
    BOOST_TEST(between.cuts() == 2);
}

BOOST_AUTO_TEST_CASE(holds_what_is_sent_until_it_is_released) {
    const postgres_server server = with_table();
    relay between{server.port()};
    const client open{through(between)};
    between.hold();
    auto inserted = std::async(std::launch::async, [&] { return open.runs("INSERT INTO t VALUES (1)"); });
    BOOST_TEST((inserted.wait_for(300ms) == std::future_status::timeout));
    BOOST_TEST(rows(server) == "0");
    BOOST_TEST(between.open_connections() == 1);
    auto connected = std::async(std::launch::async, [&] { return client{through(between)}.is_connected(); });
    BOOST_TEST((connected.wait_for(100ms) == std::future_status::timeout));
    between.release();
    BOOST_TEST(inserted.get());
    BOOST_TEST(connected.get());
    BOOST_TEST(rows(server) == "1");
}

BOOST_AUTO_TEST_CASE(delays_both_directions) {
    const postgres_server server;
    relay between{server.port()};
    const client open{through(between)};
    between.delay(400ms);
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(open.runs("SELECT 1"));
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 800ms));
    between.delay(0ms);
    const auto again = std::chrono::steady_clock::now();
    BOOST_TEST(open.runs("SELECT 1"));
    BOOST_TEST((std::chrono::steady_clock::now() - again < 400ms));
}

BOOST_AUTO_TEST_CASE(refuses_new_connections_and_keeps_the_open_ones) {
    const postgres_server server;
    relay between{server.port()};
    const client open{through(between)};
    between.refuse();
    BOOST_TEST(!client{through(between)}.is_connected());
    BOOST_TEST(open.runs("SELECT 1"));
    BOOST_TEST(between.connections() == 1);
    between.admit();
    BOOST_TEST(client{through(between)}.is_connected());
}

BOOST_AUTO_TEST_CASE(resets_connections_to_a_server_that_is_down_and_can_be_aimed_at_another) {
    postgres_server server;
    const postgres_server other;
    relay between{server.port()};
    server.kill();
    BOOST_TEST(!client{through(between)}.is_connected());
    between.aim_at(other.port());
    BOOST_TEST(client{through(between)}.is_connected());
    BOOST_TEST(between.cuts() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

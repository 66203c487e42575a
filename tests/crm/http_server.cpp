// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The server with limits so small that a test can reach them; rest.py tests everything else.
#include <http/server.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "../support/printers.hpp"

namespace {

using namespace std::chrono_literals;
using crm::request;
using crm::response;
using steady = std::chrono::steady_clock;

/// A connection to the server. Reads block; a test that would wait for ever fails after ten seconds.
class client {
public:
    explicit client(std::uint16_t port) : m_socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_connected = ::connect(m_socket, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0;
    }
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() { ::close(m_socket); }

    [[nodiscard]] bool connected() const noexcept { return m_connected; }

    client& send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ::ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return *this;
    }

    /// Whether data or the end of the connection arrives within a time.
    [[nodiscard]] bool readable(std::chrono::milliseconds within) const {
        ::pollfd wanted{m_socket, POLLIN, 0};
        return ::poll(&wanted, 1, static_cast<int>(within.count())) == 1;
    }

    /// The next response: its head and a body of Content-Length bytes; or everything received before the connection
    /// ended.
    std::string answer(bool to_head = false) {
        while (true) {
            const std::size_t end = m_read.find("\r\n\r\n");
            if (end != std::string::npos) {
                const std::size_t length = m_read.find("Content-Length: ");
                const bool has_body = !to_head && length < end;
                const std::size_t whole = end + 4 + (has_body ? std::stoul(m_read.substr(length + 16)) : 0);
                if (m_read.size() >= whole) {
                    std::string found = m_read.substr(0, whole);
                    m_read.erase(0, whole);
                    return found;
                }
            }
            if (!receive()) return std::exchange(m_read, {});
        }
    }

    /// Everything up to the end of the connection.
    std::string rest() {
        while (receive()) {
        }
        return std::exchange(m_read, {});
    }

private:
    bool receive() {
        if (!readable(10s)) {
            BOOST_ERROR("nothing came for ten seconds");
            return false;
        }
        char bytes[4096];
        const ::ssize_t got = ::recv(m_socket, bytes, sizeof(bytes), 0);
        if (got > 0) m_read.append(bytes, static_cast<std::size_t>(got));
        return got > 0;
    }

    int m_socket;
    bool m_connected = false;
    std::string m_read;
};

/// Blocks every request for /slow until it is opened.
class gate {
public:
    void pass() {
        std::unique_lock lock{m_mutex};
        ++m_waiting;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_open; });
    }
    void open() {
        const std::scoped_lock lock{m_mutex};
        m_open = true;
        m_changed.notify_all();
    }
    void wait_for(int waiting) {
        std::unique_lock lock{m_mutex};
        BOOST_REQUIRE(m_changed.wait_for(lock, 10s, [&] { return m_waiting >= waiting; }));
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = false;
    int m_waiting = 0;
};

struct server_under_test {
    explicit server_under_test(const crm::server_options& asked) : server{started(asked)} {}
    ~server_under_test() { slow.open(); }
    server_under_test(const server_under_test&) = delete;
    server_under_test& operator=(const server_under_test&) = delete;

    static crm::server_options small() {
        return {.port = 0,
                .workers = 2,
                .max_header_bytes = 1024,
                .max_body_bytes = 100,
                .head_timeout = 1s,
                .request_timeout = 1s,
                .answer_timeout = 60s};
    }

    gate slow;
    std::atomic<int> handled{0};
    std::mutex mutex;
    std::vector<unsigned> logged;
    std::vector<std::string> reasons;
    crm::http_server server;

    [[nodiscard]] std::uint16_t port() const { return server.port(); }
    std::vector<unsigned> log() {
        const std::scoped_lock lock{mutex};
        return logged;
    }

private:
    crm::http_server started(const crm::server_options& asked) {
        auto made = crm::http_server::start(
            asked,
            [this](const request& each) -> response {
                ++handled;
                if (each.path() == "/slow") slow.pass();
                if (each.path() == "/throw") throw std::runtime_error{"secret words"};
                if (each.path() == "/nothing") return {204, {}, {}};
                return {200, {{"Content-Type", "text/plain"}}, each.method + " " + each.target + " " + each.body};
            },
            [this](const crm::request_account& done) {
                const std::scoped_lock lock{mutex};
                logged.push_back(done.status);
                if (!done.why.empty()) reasons.emplace_back(done.why);
            });
        BOOST_REQUIRE(made);
        return *std::move(made);
    }
};

struct small_server : server_under_test {
    small_server() : server_under_test{small()} {}
};

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

unsigned status_of(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 ") ? static_cast<unsigned>(std::stoul(std::string{answer.substr(9, 3)})) : 0;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string post(std::size_t bytes) {
    return "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes, 'b');
}

}  // namespace

BOOST_AUTO_TEST_SUITE(threaded)
BOOST_AUTO_TEST_SUITE(http_server)

BOOST_FIXTURE_TEST_CASE(answers_one_request_after_the_other_on_a_connection, small_server) {
    client one{port()};
    for (const char* path : {"/a", "/b?c=d"}) {
        const std::string answer = one.send(get(path)).answer();
        BOOST_TEST(status_of(answer) == 200U);
        BOOST_TEST(answer.ends_with("\r\n\r\nGET " + std::string{path} + " "));
        BOOST_TEST(has(answer, "\r\nX-Request-Id: "));
        BOOST_TEST(has(answer, " GMT\r\n"));  // Date, which every answer of a server with a clock has
    }
}

BOOST_FIXTURE_TEST_CASE(reads_a_request_that_comes_byte_by_byte, small_server) {
    client one{port()};
    for (const char c : post(3) + get("/next")) one.send({&c, 1});
    BOOST_TEST(one.answer().ends_with("POST /p bbb"));
    BOOST_TEST(one.answer().ends_with("GET /next "));
}

BOOST_FIXTURE_TEST_CASE(reads_bodies_in_chunks, small_server) {
    client one{port()};
    one.send(
        "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: "
        "t\r\n\r\n");
    BOOST_TEST(one.answer().ends_with("POST /c abcde"));
    BOOST_TEST(one.send(get("/next")).answer().ends_with("GET /next "));
}

BOOST_FIXTURE_TEST_CASE(sends_no_body_where_there_is_none, small_server) {
    client one{port()};
    const std::string head = one.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n").answer(true);
    BOOST_TEST(has(head, "Content-Length: 8\r\n"));  // of "HEAD /a "
    const std::string nothing = one.send(get("/nothing")).answer();
    BOOST_TEST(status_of(nothing) == 204U);
    BOOST_TEST(!has(nothing, "Content-Length"));
    BOOST_TEST(one.send(get("/next")).answer().ends_with("GET /next "));
}

BOOST_FIXTURE_TEST_CASE(skips_an_empty_line_before_a_request, small_server) {
    client one{port()};
    BOOST_TEST(one.send("\r\n" + get("/a")).answer().ends_with("GET /a "));
    BOOST_TEST(status_of(one.send("\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n").answer()) == 400U);
}

BOOST_FIXTURE_TEST_CASE(refuses_lines_without_a_carriage_return_at_once, small_server) {
    for (const char* text : {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "\n"}) {
        client one{port()};
        BOOST_TEST(status_of(one.send(text).answer()) == 400U);  // a request that is late gets no answer at all
    }
}

BOOST_FIXTURE_TEST_CASE(takes_bodies_and_heads_up_to_its_limits, small_server) {
    BOOST_TEST(status_of(client{port()}.send(post(100)).answer()) == 200U);
    BOOST_TEST(status_of(client{port()}.send(post(101)).answer()) == 413U);
    const auto with_head = [](std::size_t bytes) {
        const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
    };
    BOOST_TEST(status_of(client{port()}.send(with_head(1024)).answer()) == 200U);
    BOOST_TEST(status_of(client{port()}.send(with_head(1100)).answer()) == 431U);
    const std::string chunk = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n";
    BOOST_TEST(status_of(client{port()}.send(chunk + std::string(0x65, 'b') + "\r\n0\r\n\r\n").answer()) == 413U);
}

BOOST_FIXTURE_TEST_CASE(answers_nothing_behind_a_request_that_it_refused, small_server) {
    const std::string got = client{port()}.send("GET / HTTP/1.1\r\n\r\n" + get("/smuggled")).rest();
    BOOST_TEST(status_of(got) == 400U);
    BOOST_TEST(!has(got, "smuggled"));
    BOOST_TEST(has(got, "Connection: close\r\n"));
}

BOOST_FIXTURE_TEST_CASE(survives_a_handler_that_throws_and_tells_nothing_of_it, small_server) {
    client one{port()};
    const std::string answer = one.send(get("/throw")).answer();
    BOOST_TEST(status_of(answer) == 500U);
    BOOST_TEST(!has(answer, "secret words"));
    BOOST_TEST(status_of(one.send(get("/a")).answer()) == 200U);
}

BOOST_FIXTURE_TEST_CASE(tells_of_every_request_what_it_answered, small_server) {
    (void)client{port()}.send(get("/a")).answer();
    (void)client{port()}.send(get("/throw")).answer();
    (void)client{port()}.send("nonsense\r\n\r\n").answer();
    BOOST_TEST(log() == (std::vector<unsigned>{200, 500, 400}));
}

BOOST_FIXTURE_TEST_CASE(ends_a_request_that_comes_too_slowly, small_server) {
    const auto ends_soon = [this](std::string_view start, std::string_view more) {
        client one{port()};
        one.send(start);
        for (int i = 0; i < 40; ++i, one.send(more))
            if (one.readable(100ms)) return one.rest().empty();
        return false;
    };
    BOOST_TEST(ends_soon("GET / HTTP/1.1\r\n", "X: y\r\n"));
    BOOST_TEST(ends_soon("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n", "b"));
}

BOOST_AUTO_TEST_CASE(gives_a_head_less_time_than_a_body) {
    crm::server_options options = server_under_test::small();
    options.request_timeout = 60s;
    server_under_test tried{options};
    client body{tried.port()};
    body.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nb");
    client head{tried.port()};
    head.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r");
    BOOST_TEST(head.rest().empty());  // before the ten seconds that a test waits
    BOOST_TEST(!body.readable(0ms));
    BOOST_TEST(status_of(body.send("b").answer()) == 200U);
}

BOOST_AUTO_TEST_CASE(lets_a_connection_be_idle_for_its_time_and_no_longer) {
    crm::server_options options = server_under_test::small();
    options.idle_timeout = 3s;
    server_under_test patient{options};
    client one{patient.port()};
    (void)one.send(get("/a")).answer();
    BOOST_TEST(!one.readable(1500ms));  // longer than a request may take
    BOOST_TEST(status_of(one.send(get("/a")).answer()) == 200U);
    BOOST_TEST(one.readable(5s));
    BOOST_TEST(one.rest().empty());
}

BOOST_AUTO_TEST_CASE(says_503_where_no_worker_is_free_soon) {
    crm::server_options options = server_under_test::small();
    options.workers = 1;
    options.max_waiting = 1;
    server_under_test tried{options};
    client first{tried.port()};
    first.send(get("/slow"));
    tried.slow.wait_for(1);
    client second{tried.port()};
    client third{tried.port()};
    second.send(get("/a"));
    third.send(get("/a"));
    // One of the two waits for the worker, and there is no room for the other.
    const auto began = steady::now();
    while (!second.readable(10ms) && !third.readable(10ms) && steady::now() - began < 10s) {
    }
    client& refused = second.readable(0ms) ? second : third;
    client& waiting = second.readable(0ms) ? third : second;
    const std::string answer = refused.answer();
    BOOST_TEST(status_of(answer) == 503U);
    BOOST_TEST(has(answer, "Retry-After: 1\r\n"));
    BOOST_TEST(!waiting.readable(100ms));
    tried.slow.open();
    BOOST_TEST(status_of(first.answer()) == 200U);
    BOOST_TEST(status_of(waiting.answer()) == 200U);
    BOOST_TEST(status_of(refused.send(get("/a")).answer()) == 200U);
}

BOOST_AUTO_TEST_CASE(keeps_what_waits_in_one_lane_out_of_the_others) {
    crm::server_options options = server_under_test::small();
    options.lanes = 2;
    options.workers = 1;
    options.max_waiting = 1;
    options.lane_of = [](const request& each) -> std::optional<unsigned> {
        if (each.path() == "/now") return std::nullopt;
        return each.reads() ? 0 : 1;
    };
    server_under_test tried{options};
    client slow{tried.port()};
    slow.send(get("/slow"));
    tried.slow.wait_for(1);
    client behind{tried.port()};
    BOOST_TEST(!behind.send(get("/a")).readable(100ms));
    BOOST_TEST(status_of(client{tried.port()}.send(get("/a")).answer()) == 503U);
    BOOST_TEST(status_of(client{tried.port()}.send(post(1)).answer()) == 200U);
    client slow_post{tried.port()};
    slow_post.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    tried.slow.wait_for(2);
    BOOST_TEST(status_of(client{tried.port()}.send(get("/now")).answer()) == 200U);  // and all workers are taken
    tried.slow.open();
    for (client* each : {&slow, &behind, &slow_post}) BOOST_TEST(status_of(each->answer()) == 200U);
}

BOOST_AUTO_TEST_CASE(lets_its_owner_say_what_is_answered_for_want_of_time_or_room) {
    crm::server_options options = server_under_test::small();
    options.workers = 1;
    options.max_waiting = 1;
    options.answer_timeout = 2s;
    options.unavailable = [](const crm::request& asked, std::string_view why) {
        return crm::response{503, {{"Content-Type", "text/html"}}, asked.target + ": " + std::string{why}};
    };
    server_under_test tried{options};
    client slow{tried.port()};
    slow.send(get("/slow"));
    tried.slow.wait_for(1);
    client behind{tried.port()};
    behind.send(get("/behind"));
    std::string crowded;
    for (int i = 0; i < 100 && !has(crowded, "already waiting"); ++i)  // until the one before it waits
        crowded = client{tried.port()}.send(get("/crowded")).answer();
    BOOST_TEST(has(crowded, "/crowded: too many requests are already waiting"));
    BOOST_TEST(has(crowded, "Content-Type: text/html\r\n"));
    BOOST_TEST(has(crowded, "Retry-After: 1\r\n"));
    BOOST_TEST(has(slow.answer(), "/slow: it took too long"));
    tried.slow.open();
}

BOOST_AUTO_TEST_CASE(answers_for_a_handler_that_does_not_and_drops_what_comes_too_late) {
    crm::server_options options = server_under_test::small();
    options.workers = 1;
    options.answer_timeout = 1s;
    server_under_test tried{options};
    client slow{tried.port()};
    slow.send(get("/slow"));
    tried.slow.wait_for(1);
    client behind{tried.port()};
    behind.send(get("/behind"));
    for (client* each : {&slow, &behind}) {
        const std::string answer = each->answer();
        BOOST_TEST(status_of(answer) == 503U);
        BOOST_TEST(has(answer, "Retry-After: 1\r\n"));
        BOOST_TEST(has(answer, "it took too long"));
    }
    BOOST_TEST(tried.log() == (std::vector<unsigned>{503, 503}));
    BOOST_TEST(tried.reasons.size() == 2U);  // the log says why
    BOOST_TEST(has(tried.reasons.front(), "it took too long"));
    tried.slow.open();
    // Both connections stay usable, and the late answer goes to neither.
    BOOST_TEST(slow.send(get("/next")).answer().ends_with("GET /next "));
    BOOST_TEST(behind.send(get("/next")).answer().ends_with("GET /next "));
    BOOST_TEST(tried.handled == 3);  // what waited past its time is not begun
    BOOST_TEST(tried.log() == (std::vector<unsigned>{503, 503, 200, 200}));
}

BOOST_AUTO_TEST_CASE(is_kept_from_nobody_by_connections_that_do_nothing) {
    crm::server_options options = server_under_test::small();
    options.max_connections = 3;
    server_under_test tried{options};
    client working{tried.port()};
    working.send(get("/slow"));
    tried.slow.wait_for(1);
    std::vector<std::unique_ptr<client>> crowd(10);
    for (auto& each : crowd) each = std::make_unique<client>(tried.port());
    client last{tried.port()};
    const auto began = steady::now();
    BOOST_TEST(status_of(last.send(get("/a")).answer()) == 200U);
    BOOST_TEST(steady::now() - began < 9s);  // and not after the idle time of a minute
    BOOST_TEST(crowd.front()->rest().empty());
    BOOST_TEST(!working.readable(0ms));
    tried.slow.open();
    BOOST_TEST(status_of(working.answer()) == 200U);  // who waits for an answer is not idle
}

BOOST_AUTO_TEST_CASE(is_kept_from_nobody_by_requests_that_never_come_whole) {
    crm::server_options options = server_under_test::small();
    options.max_connections = 16;
    options.head_timeout = 60s;
    server_under_test tried{options};
    client working{tried.port()};
    working.send(get("/slow"));
    tried.slow.wait_for(1);
    std::vector<std::unique_ptr<client>> crowd(30);
    for (auto& each : crowd) {
        each = std::make_unique<client>(tried.port());
        each->send("GET / HTTP/1.1\r\nHost: ");
    }
    client last{tried.port()};
    const auto began = steady::now();
    BOOST_TEST(status_of(last.send(get("/a")).answer()) == 200U);
    BOOST_TEST(steady::now() - began < 9s);  // and not after the minute that a request may take
    BOOST_TEST(crowd.front()->rest().empty());
    BOOST_TEST(!working.readable(0ms));
    tried.slow.open();
    BOOST_TEST(status_of(working.answer()) == 200U);  // whose head has come
}

BOOST_AUTO_TEST_CASE(takes_no_more_connections_than_its_limit_while_all_are_at_work) {
    crm::server_options options = server_under_test::small();
    options.max_connections = 2;
    server_under_test tried{options};
    client first{tried.port()};
    client second{tried.port()};
    first.send(get("/slow"));
    second.send(get("/slow"));
    tried.slow.wait_for(2);
    client third{tried.port()};
    third.send(get("/a"));
    BOOST_TEST(!third.readable(300ms));
    tried.slow.open();
    BOOST_TEST(status_of(first.answer()) == 200U);
    BOOST_TEST(status_of(second.answer()) == 200U);
    BOOST_TEST(status_of(third.answer()) == 200U);
}

BOOST_FIXTURE_TEST_CASE(finishes_what_is_under_way_when_it_is_stopped, small_server) {
    client working{port()};
    client idle{port()};
    (void)idle.send(get("/a")).answer();
    working.send(get("/slow"));
    slow.wait_for(1);
    std::thread stopping{[this] { server.stop(10s); }};
    BOOST_TEST(idle.rest().empty());  // who waits for nothing is not waited for
    BOOST_TEST(!working.readable(100ms));
    BOOST_TEST(!client{port()}.connected());
    slow.open();
    const std::string answer = working.answer();
    BOOST_TEST(status_of(answer) == 200U);
    BOOST_TEST(has(answer, "Connection: close\r\n"));
    stopping.join();
    BOOST_TEST(working.rest().empty());
}

BOOST_AUTO_TEST_CASE(stops_when_its_patience_ends_whatever_clients_do) {
    crm::server_options options = server_under_test::small();
    options.request_timeout = 60s;
    server_under_test tried{options};
    client half{tried.port()};
    half.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n");
    const auto began = steady::now();
    tried.server.stop(200ms);
    BOOST_TEST(steady::now() - began < 9s);
}

BOOST_FIXTURE_TEST_CASE(tells_that_an_address_is_taken, small_server) {
    crm::server_options same = small();
    same.port = port();
    const auto second = crm::http_server::start(
        same, [](const request&) { return response{}; }, [](const crm::request_account&) {});
    BOOST_REQUIRE(!second);
    BOOST_TEST(has(second.error().context(), std::to_string(port())));
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

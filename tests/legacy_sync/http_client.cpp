// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The HTTP client, with a server in another process that behaves as the path of a request says.
#include <http_client.hpp>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <shearline/format/key_format.hpp>
#include <shearline/generate.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/testing/secret_scan.hpp>

#include <boost/test/unit_test.hpp>

#include "../support/secrets.hpp"

namespace {

std::atomic<bool> localhost_is_elsewhere{false};

}  // namespace

/// Replaces the function of the C library: localhost resolves to another machine if the test asks for it.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
    using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto original = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const bool lies = localhost_is_elsewhere && name != nullptr && std::strncmp(name, "localhost", 9) == 0;
    return original(lies ? "192.0.2.1" : name, service, hints, found);
}

namespace {

using namespace std::chrono_literals;
using common::base_url;
using common::http_answer;
using common::http_client;
using common::no_answer;
using shearline::secret_text;
using shearline::unsafe_reveal;
using shearline::testing::secret_scan;

/// Answers each request as its path says, until it is killed.
class server {
public:
    server() {
        const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::socklen_t size = sizeof(at);
        if (::bind(listening, reinterpret_cast<const ::sockaddr*>(&at), size) != 0 || ::listen(listening, 8) != 0 ||
            ::getsockname(listening, reinterpret_cast<::sockaddr*>(&at), &size) != 0)
            std::abort();
        m_port = ntohs(at.sin_port);
        m_process = ::fork();
        if (m_process == 0)
            while (true) serve(::accept(listening, nullptr, nullptr));
        ::close(listening);
    }
    ~server() {
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, nullptr, 0);
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    [[nodiscard]] base_url at(const std::string& host = "127.0.0.1") const {
        return *base_url::parse("http://" + host + ":" + std::to_string(m_port) + "/api");
    }

private:
    static std::string body_of(const std::string& text) {
        return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
    }

    static std::string answer(const std::string& asked) {
        const auto is_for = [&](std::string_view path) { return asked.find(path) != std::string::npos; };
        if (is_for("/redirect")) return "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n" + body_of("moved");
        if (is_for("/interim"))
            return "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\nHTTP/1.1 200 OK\r\nETag: \"late\"\r\n" +
                   body_of("x");
        if (is_for("/long-head")) return "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n" + body_of("x");
        if (is_for("/long-body")) return "HTTP/1.1 200 OK\r\n" + body_of(std::string(1'048'577, 'x'));
        if (is_for("/greatest-body")) return "HTTP/1.1 200 OK\r\n" + body_of(std::string(1'048'576, 'x'));
        if (is_for("/cut")) return "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        if (is_for("/later")) return "HTTP/1.1 503 No\r\nretry-after:  7 \r\n" + body_of("");
        if (is_for("/nonsense")) return "nonsense\r\n\r\n";
        return "HTTP/1.1 200 OK\r\n" + body_of(asked);  // all that came
    }

    static void serve(int connection) {
        std::string read;
        while (true) {
            const std::size_t end = read.find("\r\n\r\n");
            if (end != std::string::npos) {
                const std::size_t length = read.find("Content-Length: ");
                const std::size_t whole = end + 4 + (length < end ? std::stoul(read.substr(length + 16)) : 0);
                if (read.size() >= whole) {
                    const std::string asked = read.substr(0, whole);
                    read.erase(0, whole);
                    if (asked.find("/silence") != std::string::npos) continue;
                    const std::string back = answer(asked);
                    if (::send(connection, back.data(), back.size(), MSG_NOSIGNAL) < 0 ||
                        asked.find("/cut") != std::string::npos || asked.find("/then-close") != std::string::npos)
                        break;
                    if (asked.find("/then-reset") != std::string::npos) {
                        ::pollfd next{connection, POLLIN, 0};
                        ::poll(&next, 1, -1);  // what has come and was not read resets the connection when it is closed
                        break;
                    }
                    continue;
                }
            }
            char bytes[4096];
            const ::ssize_t got = ::recv(connection, bytes, sizeof(bytes), 0);
            if (got <= 0) break;
            read.append(bytes, static_cast<std::size_t>(got));
        }
        ::close(connection);
    }

    std::uint16_t m_port = 0;
    ::pid_t m_process = -1;
};

secret_text some_key() { return secret_text::copy_of("instance_key"); }

struct client_of_server {
    server to;
    http_client client{{.base = to.at(), .timeout = 5s, .agent = "tests"}};

    http_answer ask(std::string_view method, const std::string& path, const std::string& body = {}) {
        auto got = client.exchange({method, path, body}, some_key());
        BOOST_REQUIRE(got);
        return *std::move(got);
    }
    std::string why_not(const std::string& path) {
        try {
            (void)client.exchange({"GET", path}, some_key());
        } catch (const no_answer& why) {
            return why.what();
        }
        return "it was answered";
    }
};

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// A valid key, which is wiped when this returns.
[[gnu::noinline]] void ask_with_a_key(const secret_scan& scan, http_client& client) {
    shearline::system_entropy entropy;
    const auto key = shearline::generate<shearline::key_format<"instance">>(entropy);
    BOOST_REQUIRE(key);
    const std::string_view text = key->text.reveal(unsafe_reveal);
    scan.look_for(text.substr(20, 32));
    // None of these answers repeats the request.
    for (int i = 0; i < 3; ++i)
        for (const char* path : {"redirect", "later", "interim"}) {
            const std::string_view method = i == 1 ? "PATCH" : "GET";
            const auto got = client.exchange({method, path, i == 1 ? "{}" : ""}, secret_text::copy_of(text));
            BOOST_REQUIRE(got);
        }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_client_of_the_examples)

BOOST_FIXTURE_TEST_CASE(sends_what_it_is_told_and_nothing_else, client_of_server) {
    const std::string host = to.at().text.substr(7, to.at().text.find('/', 7) - 7);
    BOOST_TEST(ask("GET", "contacts?x=y").body == "GET /api/contacts?x=y HTTP/1.1\r\nHost: " + host +
                                                      "\r\nUser-Agent: tests\r\nAuthorization: instance_key\r\nAccept: "
                                                      "application/json, application/problem+json\r\n\r\n");
    const std::string patched = ask("PATCH", "contacts/1", "{\"a\":1}").body;
    BOOST_TEST(has(patched, "PATCH /api/contacts/1 HTTP/1.1\r\n"));
    BOOST_TEST(has(patched, "\r\nContent-Type: application/json\r\n"));
    BOOST_TEST(patched.ends_with("\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
    const std::string empty = ask("POST", "contacts/1/archive").body;
    BOOST_TEST(has(empty, "Content-Length: 0\r\n"));
    BOOST_TEST(!has(empty, "Content-Type"));
    BOOST_TEST(!has(ask("GET", "again").body, "Content-"));  // nothing is left of the one before
}

BOOST_FIXTURE_TEST_CASE(gives_the_final_answer_whatever_it_is, client_of_server) {
    const http_answer moved = ask("GET", "redirect");  // and goes nowhere
    BOOST_TEST(moved.status == 302U);
    BOOST_TEST(moved.location == "http://192.0.2.1/");
    BOOST_TEST(ask("GET", "interim").etag == "\"late\"");
    BOOST_TEST((ask("GET", "later").retry_after == 7s));
    BOOST_TEST(ask("GET", "greatest-body").body.size() == 1'048'576U);
}

BOOST_FIXTURE_TEST_CASE(takes_no_half_answer_and_none_that_is_too_long, client_of_server) {
    BOOST_TEST(why_not("long-head") == "the answer is too long");
    BOOST_TEST(why_not("long-body") == "the answer is too long");
    BOOST_TEST(has(why_not("cut"), "no complete answer: "));
    BOOST_TEST(has(why_not("nonsense"), "no complete answer: "));
    BOOST_TEST(ask("GET", "contacts").status == 200U);  // the next is none the worse for it
}

BOOST_FIXTURE_TEST_CASE(asks_again_where_a_connection_was_closed_meanwhile, client_of_server) {
    for (int i = 0; i < 20; ++i) BOOST_TEST(ask("POST", "then-close", "{}").status == 200U);
}

BOOST_FIXTURE_TEST_CASE(asks_again_where_a_connection_is_reset_while_it_asks, client_of_server) {
    for (int i = 0; i < 20; ++i) BOOST_TEST(ask("POST", "then-reset", "{}").status == 200U);
}

BOOST_FIXTURE_TEST_CASE(goes_through_no_proxy, client_of_server) {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"})
        ::setenv(name, "http://192.0.2.1:3128", 1);
    http_client other{{.base = to.at(), .timeout = 5s}};
    BOOST_TEST(other.exchange({"GET", "contacts"}, some_key()).has_value());
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
}

BOOST_FIXTURE_TEST_CASE(sends_no_key_to_another_machine_that_is_called_localhost, client_of_server) {
    localhost_is_elsewhere = true;
    {
        http_client local{{.base = to.at("localhost"), .timeout = 5s}};  // libcurl itself knows where that is
        BOOST_TEST(local.exchange({"GET", "contacts"}, some_key()).has_value());
    }
    // Another name, as if one day it did not.
    base_url elsewhere = to.at();
    elsewhere.host = "localhost.test";
    elsewhere.text = "http://localhost.test:" + elsewhere.port + "/";
    http_client fooled{{.base = elsewhere, .timeout = 5s}};
    BOOST_CHECK_EXCEPTION((void)fooled.exchange({"GET", "contacts"}, some_key()), no_answer,
                          [](const no_answer& why) { return has(why.what(), "resolves to another machine"); });
    localhost_is_elsewhere = false;
}

BOOST_FIXTURE_TEST_CASE(stops_when_it_is_asked_to_and_when_the_time_is_over, client_of_server) {
    int questions = 0;
    http_client stopping{{.base = to.at(), .timeout = 60s, .stops = [&] { return ++questions > 3; }}};
    BOOST_TEST(!stopping.exchange({"GET", "silence"}, some_key()));
    http_client hasty{{.base = to.at(), .timeout = 200ms}};
    BOOST_CHECK_THROW((void)hasty.exchange({"GET", "silence"}, some_key()), no_answer);
}

BOOST_FIXTURE_TEST_CASE(refuses_authorities_that_cannot_be_read, client_of_server) {
    BOOST_CHECK_THROW((http_client{{.base = to.at(), .ca_file = "/nowhere/ca.pem", .timeout = 1s}}),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(leaves_no_key_in_memory, *support::if_stack_is_as_compiled) {
    const auto scan = secret_scan::start();
    BOOST_REQUIRE(scan);
    const server to;
    http_client client{{.base = to.at(), .timeout = 5s}};
    ask_with_a_key(*scan, client);
    secret_scan::clear_stack();
    BOOST_TEST(scan->places() == "");
}

BOOST_AUTO_TEST_SUITE_END()

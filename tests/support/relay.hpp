// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A TCP relay on this machine that holds, delays and cuts connections, and cuts them at a chosen message of the client.
// Depends on std and POSIX of Linux; never on tested code.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace support {

/// Where a connection is cut at a message of the client.
enum class cut_point : std::uint8_t {
    before_it,  ///< the message is not passed on
    half,       ///< half of its bytes are passed on
    after_it,   ///< it is passed on, but the answer is not: cut once the server has answered, or after 200 ms
    held        ///< nothing is cut: from this message on, nothing passes until `release`
};

/// From a free port of 127.0.0.1 to another port there, with a thread of its own. All members may be called by any
/// thread; they return when what they say is so. A cut is a reset (RST) of both sides.
///
/// Example:
///     support::relay between{server.port()};
///     between.cut_when_client_sends("COMMIT", support::cut_point::after_it);
///     // a client of between.port() loses its connection, and does not learn that it committed
class relay {
public:
    explicit relay(int target_port) : m_target{target_port} {
        ::sockaddr_in place = address_of(0);
        ::socklen_t bytes = sizeof place;
        auto* const address = reinterpret_cast<::sockaddr*>(&place);
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        m_wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (m_listener < 0 || m_wake < 0 || ::bind(m_listener, address, bytes) != 0 || ::listen(m_listener, 128) != 0 ||
            ::getsockname(m_listener, address, &bytes) != 0) {
            const int code = errno;
            ::close(m_listener);
            ::close(m_wake);
            throw std::runtime_error{"cannot listen: " + std::error_code{code, std::generic_category()}.message()};
        }
        m_port = ::ntohs(place.sin_port);
        m_thread = std::thread{[this] { run(); }};
    }
    relay(const relay&) = delete;
    relay& operator=(const relay&) = delete;
    ~relay() {
        change([&] { m_ends = true; });
        m_thread.join();
        ::close(m_listener);
        ::close(m_wake);
    }

    [[nodiscard]] int port() const { return m_port; }
    /// Where the next connections go: after a failover, say.
    void aim_at(int target_port) {
        change([&] { m_target = target_port; });
    }

    /// Cuts every connection that is open now.
    void cut() {
        change([&] { m_cuts_all = true; });
        // By the thread: a socket that another thread closes while `poll` waits for it is not reset before `poll`
        // returns.
        std::unique_lock held{m_lock};
        m_all_cut.wait(held, [&] { return !m_cuts_all; });
    }
    /// Nothing passes, in either direction, until `release`; connections stay open, and new ones are accepted.
    void hold() {
        change([&] { m_holds = true; });
    }
    void release() {
        change([&] { m_holds = false; });
    }
    /// What is received from now on is passed on so much later.
    void delay(std::chrono::milliseconds by) {
        change([&] { m_delay = by; });
    }
    /// New connections are accepted and reset, until `admit`. Open ones stay.
    void refuse() {
        change([&] { m_refuses = true; });
    }
    void admit() {
        change([&] { m_refuses = false; });
    }
    /// The first chunk that a client sends from now on, on any connection, and that contains or completes these bytes,
    /// cuts its connection. Once: the next connection works.
    void cut_when_client_sends(std::string_view needle, cut_point where) {
        if (needle.empty()) throw std::invalid_argument{"a relay cannot wait for no bytes"};
        change([&] {
            m_needle = needle;
            m_where = where;
            for (pair& each : m_pairs) each.tail.clear();
        });
    }

    /// Calls `act` when the n-th message of a client comes from now on (1: the next one), on any connection; if it
    /// returns false, the message is not passed on, and its connection is cut. A message is what one read gives: what a
    /// client has sent at once. Once. `act` runs on the thread of the relay, and must not call it.
    void at_client_message(int n, std::function<bool()> act) {
        if (n < 1) throw std::invalid_argument{"messages are counted from 1"};
        change([&] {
            m_messages_left = n;
            m_act = std::move(act);
        });
    }
    /// Calls nothing, if the message has not come yet.
    void forget_messages() {
        change([&] { m_messages_left = 0; });
    }

    /// Accepted so far, apart from those that were refused.
    [[nodiscard]] int connections() const {
        return read([&] { return m_connections; });
    }
    /// Connections that are open.
    [[nodiscard]] int open_connections() const {
        return read([&] {
            return static_cast<int>(
                std::count_if(m_pairs.begin(), m_pairs.end(), [](const pair& each) { return !each.done; }));
        });
    }
    /// Connections that were cut so far, by `cut` or by a message.
    [[nodiscard]] int cuts() const {
        return read([&] { return m_cuts; });
    }
    /// Whether `cut_when_client_sends` still waits for its bytes.
    [[nodiscard]] bool waits_for_client() const {
        return read([&] { return !m_needle.empty(); });
    }

private:
    using steady = std::chrono::steady_clock;
    static constexpr std::size_t chunk_bytes = 65'536;
    static constexpr std::size_t most_buffered_bytes = 1U << 20U;
    /// An answer may come in several pieces: it has ended when nothing has come for so long.
    static constexpr std::chrono::milliseconds quiet{20};
    static constexpr std::chrono::milliseconds longest_answer{200};

    struct chunk {
        std::string bytes;
        steady::time_point due;
    };
    /// From one socket to the other.
    struct direction {
        std::deque<chunk> chunks = {};
        std::size_t buffered = 0;
        bool ended = false;   // nothing more comes
        bool passed = false;  // and that was passed on
    };
    struct pair {
        int client = -1;
        int server = -1;
        bool connected = false;
        direction to_server = {};
        direction to_client = {};
        std::string tail = {};  // the last bytes of the client, which may begin the needle
        bool cut_when_passed = false;
        bool swallows = false;  // answers are not passed on
        std::optional<steady::time_point> cut_at = {};
        bool done = false;
    };

    static ::sockaddr_in address_of(int port) {
        ::sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        place.sin_port = ::htons(static_cast<std::uint16_t>(port));
        return place;
    }

    template <typename Change>
    void change(Change make) {
        const std::scoped_lock held{m_lock};
        make();
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(m_wake, &one, sizeof one);
    }
    template <typename Read>
    std::invoke_result_t<Read> read(Read value) const {
        const std::scoped_lock held{m_lock};
        return value();
    }

    static void close_with_reset(int socket) {
        const ::linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(socket);
    }
    static void break_off(pair& one) {
        if (one.done) return;
        close_with_reset(one.client);
        close_with_reset(one.server);
        one.done = true;
    }
    void reset(pair& one) {
        if (one.done) return;
        break_off(one);
        ++m_cuts;
    }

    void run() {
        std::vector<::pollfd> polled;
        std::vector<pair*> owners;
        while (true) {
            int wait_ms = -1;
            {
                const std::scoped_lock held{m_lock};
                if (m_ends) {
                    for (pair& each : m_pairs) break_off(each);
                    return;
                }
                std::erase_if(m_pairs, [](const pair& each) { return each.done; });
                polled.clear();
                owners.clear();
                polled.push_back({.fd = m_wake, .events = POLLIN, .revents = 0});
                polled.push_back({.fd = m_listener, .events = POLLIN, .revents = 0});
                wait_ms = what_to_wait_for(polled, owners);
            }
            ::poll(polled.data(), polled.size(), wait_ms);
            const std::scoped_lock held{m_lock};
            std::uint64_t ignored = 0;
            [[maybe_unused]] const auto got = ::read(m_wake, &ignored, sizeof ignored);
            if (m_ends) continue;
            if ((polled[1].revents & POLLIN) != 0 || m_cuts_all) accept_all();
            if (m_cuts_all) {
                for (pair& each : m_pairs) reset(each);
                m_cuts_all = false;
                m_all_cut.notify_all();
            }
            for (std::size_t i = 0; i < owners.size(); ++i) {
                serve(*owners[i], polled[2 + 2 * i].revents, polled[3 + 2 * i].revents);
            }
        }
    }

    /// The events of each pair, and in how many milliseconds the next chunk or cut is due (-1: never).
    int what_to_wait_for(std::vector<::pollfd>& polled, std::vector<pair*>& owners) {
        std::optional<steady::time_point> next;
        const auto sooner = [&](steady::time_point at) { next = next ? std::min(*next, at) : at; };
        const auto now = steady::now();
        const auto writes = [&](const direction& of) {
            if (m_holds || of.chunks.empty()) return false;
            if (of.chunks.front().due > now) return sooner(of.chunks.front().due), false;
            return true;
        };
        const auto reads = [&](const direction& of) {
            return !m_holds && !of.ended && of.buffered < most_buffered_bytes;
        };
        const auto events = [](bool in, bool out) {
            return static_cast<short>((in ? POLLIN : 0) | (out ? POLLOUT : 0));
        };
        for (pair& each : m_pairs) {
            if (each.cut_at && !m_holds) sooner(*each.cut_at);
            const bool up = each.connected;
            // A socket for which there is nothing to wait would still report that its peer has gone.
            const short at_client = events(reads(each.to_server), writes(each.to_client));
            const short at_server = up ? events(reads(each.to_client), writes(each.to_server)) : events(false, true);
            polled.push_back({.fd = at_client != 0 ? each.client : -1, .events = at_client, .revents = 0});
            polled.push_back({.fd = at_server != 0 ? each.server : -1, .events = at_server, .revents = 0});
            owners.push_back(&each);
        }
        if (!next) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - now).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }

    void accept_all() {
        while (true) {
            const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (client < 0) return;
            if (m_refuses) {
                close_with_reset(client);
                continue;
            }
            ++m_connections;
            const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            const int yes = 1;
            for (const int each : {client, server}) ::setsockopt(each, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            const ::sockaddr_in place = address_of(m_target);
            if (::connect(server, reinterpret_cast<const ::sockaddr*>(&place), sizeof place) != 0 &&
                errno != EINPROGRESS) {
                close_with_reset(client);
                ::close(server);
                continue;
            }
            m_pairs.push_back({.client = client, .server = server});
        }
    }

    void serve(pair& one, short at_client, short at_server) {
        if (one.done) return;
        if (!one.connected) {
            if (at_server == 0) return;
            int code = 0;
            ::socklen_t bytes = sizeof code;
            ::getsockopt(one.server, SOL_SOCKET, SO_ERROR, &code, &bytes);
            if (code != 0) return break_off(one);
            one.connected = true;
            return;
        }
        if (m_holds) return;
        if (at_server != 0) take_from_server(one);
        if (at_client != 0 && !one.done) take_from_client(one);
        if (!one.done) pass(one, one.to_server, one.server);
        if (!one.done) pass(one, one.to_client, one.client);
        if (one.done) return;
        if (one.cut_when_passed && one.to_server.chunks.empty()) return reset(one);
        if (one.swallows && one.to_server.chunks.empty() && !one.cut_at) one.cut_at = steady::now() + longest_answer;
        if (one.cut_at && *one.cut_at <= steady::now()) return reset(one);
        if (one.to_server.passed && one.to_client.passed) {
            ::close(one.client);
            ::close(one.server);
            one.done = true;
        }
    }

    /// One chunk from a socket: nothing if there is none now, or if the connection was broken off.
    std::optional<std::string> received(pair& one, direction& in, int from) {
        if (in.ended || in.buffered >= most_buffered_bytes) return std::nullopt;
        const ::ssize_t got = ::recv(from, m_buffer.data(), m_buffer.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
        if (got < 0) return break_off(one), std::nullopt;
        if (got == 0) return in.ended = true, std::nullopt;
        return std::string{m_buffer.data(), static_cast<std::size_t>(got)};
    }

    void put(direction& in, std::string bytes) const {
        in.buffered += bytes.size();
        in.chunks.push_back({std::move(bytes), steady::now() + m_delay});
    }

    void take_from_server(pair& one) {
        auto bytes = received(one, one.to_client, one.server);
        if (!bytes) return;
        if (!one.swallows) return put(one.to_client, *std::move(bytes));
        if (one.to_server.chunks.empty()) one.cut_at = steady::now() + quiet;
    }

    void take_from_client(pair& one) {
        auto bytes = received(one, one.to_server, one.client);
        if (!bytes) return;
        if (one.cut_when_passed || one.swallows) return;  // after the message there is nothing more
        if (m_messages_left > 0 && --m_messages_left == 0 && !m_act()) return reset(one);
        if (m_needle.empty() || !contains_needle(one, *bytes)) return put(one.to_server, *std::move(bytes));
        m_needle.clear();
        switch (m_where) {
            case cut_point::before_it: return reset(one);
            case cut_point::held: m_holds = true; return put(one.to_server, *std::move(bytes));
            case cut_point::half:
                bytes->resize(bytes->size() / 2);
                one.cut_when_passed = true;
                return put(one.to_server, *std::move(bytes));
            case cut_point::after_it:
                take_from_server(one);  // what it has said before is no answer to this message
                one.swallows = true;
                return put(one.to_server, *std::move(bytes));
        }
    }

    bool contains_needle(pair& one, const std::string& bytes) const {
        const std::string both = one.tail + bytes;
        if (both.find(m_needle) != std::string::npos) return true;
        one.tail = both.substr(both.size() - std::min(both.size(), m_needle.size() - 1));
        return false;
    }

    static void pass(pair& one, direction& in, int to) {
        while (!in.chunks.empty() && in.chunks.front().due <= steady::now()) {
            std::string& bytes = in.chunks.front().bytes;
            const ::ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
            if (sent < 0) return break_off(one);
            in.buffered -= static_cast<std::size_t>(sent);
            bytes.erase(0, static_cast<std::size_t>(sent));
            if (!bytes.empty()) return;
            in.chunks.pop_front();
        }
        if (in.chunks.empty() && in.ended && !in.passed && !one.swallows) {
            ::shutdown(to, SHUT_WR);
            in.passed = true;
        }
    }

    int m_target;
    int m_listener = -1;
    int m_wake = -1;
    int m_port = 0;
    mutable std::mutex m_lock;
    std::condition_variable m_all_cut;
    bool m_ends = false;
    bool m_cuts_all = false;
    bool m_holds = false;
    bool m_refuses = false;
    std::chrono::milliseconds m_delay{0};
    int m_messages_left = 0;
    std::function<bool()> m_act;
    std::string m_needle;
    cut_point m_where = cut_point::before_it;
    int m_connections = 0;
    int m_cuts = 0;
    std::list<pair> m_pairs;
    std::vector<char> m_buffer = std::vector<char>(chunk_bytes);
    std::thread m_thread;
};

}  // namespace support

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// An HTTP/1.1 server that hands each request to a handler on a worker thread.
// Depends on http/message.hpp; Boost.Beast stays in its .cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

#include "http/message.hpp"

namespace crm {

struct server_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  ///< 0: any free one
    unsigned io_threads = 2;
    unsigned lanes = 1;                 ///< groups of workers: what keeps all of one busy leaves the others free
    unsigned workers = 4;               ///< of each lane
    std::size_t max_waiting = 64;       ///< requests that wait for a worker of their lane; further ones get a 503
    std::size_t max_connections = 256;  ///< further ones wait in the listen queue, and idle ones make room
    std::size_t max_header_bytes = 16'384;
    std::size_t max_body_bytes = 262'144;
    std::chrono::seconds head_timeout{5};      ///< for the head of a request to arrive, from its first byte
    std::chrono::seconds request_timeout{15};  ///< for all of it, and then for its answer to be taken
    std::chrono::seconds answer_timeout{5};    ///< for the handler; then a 503, and its answer is dropped
    std::chrono::seconds idle_timeout{60};     ///< between two requests of one connection
    /// The answer where the handler gives none, because too many wait or it takes too long; the second says which. It
    /// must not wait. None: a problem (RFC 9457).
    std::function<response(const request&, std::string_view why)> unavailable{};
    /// The lane of a request; nothing for one whose answer waits for nothing: an I/O thread gives it. None: the first.
    std::function<std::optional<unsigned>(const request&)> lane_of{};
    /// The address of who sent a request, where that need not be who connects (see proxy.hpp).
    std::function<std::string(const request&)> client_of{};
};

/// What is told of a finished request, for a log.
struct request_account {
    const request& asked;
    unsigned status;
    std::chrono::microseconds took;
    std::string_view why;  ///< of the answer
};

/// Serves until it is stopped. What is malformed, too large, too slow or ambiguous (both `Content-Length` and
/// `Transfer-Encoding`, folded lines, two `Host` fields, …) is refused here and closes the connection; it never
/// reaches the handler.
class http_server {
public:
    /// `unavailable` where the address cannot be listened on.
    [[nodiscard]] static shearline::result<http_server> start(const server_options& options, handler answer,
                                                              std::function<void(const request_account&)> log);

    http_server(http_server&&) noexcept;
    // NOLINTNEXTLINE(bugprone-exception-escape): it would take a system whose locks fail
    ~http_server();  ///< stops

    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Takes no further connection or request, lets those that are under way finish for up to `patience`, and ends.
    void stop(std::chrono::milliseconds patience);

private:
    struct state;
    explicit http_server(std::unique_ptr<state> running) noexcept;

    std::unique_ptr<state> m_state;
};

}  // namespace crm

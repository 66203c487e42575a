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
    unsigned lanes = 1;                 ///< groups of workers: if all of one are busy, the others stay free
    unsigned workers = 4;               ///< of each lane
    std::size_t max_waiting = 64;       ///< requests waiting for a worker of their lane; further ones get a 503
    std::size_t max_connections = 256;  ///< further ones wait in the listen queue, and idle ones are closed
    std::size_t max_header_bytes = 16'384;
    std::size_t max_body_bytes = 262'144;
    std::chrono::seconds head_timeout{5};      ///< for the head of a request to arrive, from its first byte
    std::chrono::seconds request_timeout{15};  ///< for all of it to arrive, and then for its answer to be read
    std::chrono::seconds answer_timeout{
        5};  ///< for the handler; after that the client gets a 503, and the handler's answer is dropped
    std::chrono::seconds idle_timeout{60};  ///< between two requests on one connection
    /// The answer if the handler gives none, because too many requests wait or it takes too long; the second argument
    /// says which. Must not wait. If empty: a problem document (RFC 9457).
    std::function<response(const request&, std::string_view why)> unavailable{};
    /// The lane of a request; empty for one whose answer waits for nothing, which an I/O thread answers. If the
    /// function is empty, all use the first lane.
    std::function<std::optional<unsigned>(const request&)> lane_of{};
    /// The address of the client of a request, if that need not be the peer (see proxy.hpp).
    std::function<std::string(const request&)> client_of{};
};

/// What the log gets to know about a finished request.
struct request_account {
    const request& asked;
    unsigned status;
    std::chrono::microseconds took;
    std::string_view why;  ///< the reason for the answer
};

/// Serves until it is stopped. A request that is malformed, too large, too slow or ambiguous (both `Content-Length` and
/// `Transfer-Encoding`, folded lines, two `Host` fields, …) is refused here, and the connection is closed; it never
/// reaches the handler.
class http_server {
public:
    /// `unavailable` if it cannot listen on the address.
    [[nodiscard]] static shearline::result<http_server> start(const server_options& options, handler answer,
                                                              std::function<void(const request_account&)> log);

    http_server(http_server&&) noexcept;
    // NOLINTNEXTLINE(bugprone-exception-escape): it would take a system whose locks fail
    ~http_server();  ///< stops

    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Accepts no more connections or requests, waits up to `patience` for those in progress, and ends.
    void stop(std::chrono::milliseconds patience);

private:
    struct state;
    explicit http_server(std::unique_ptr<state> running) noexcept;

    std::unique_ptr<state> m_state;
};

}  // namespace crm

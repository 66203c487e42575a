// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One HTTP/1.1 connection to one address, https with verified names or loopback; no redirects, no proxy, no cookies.
// Depends on shearline's secret_text; never on the content of requests. libcurl stays in the source file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <shearline/secret/secret_text.hpp>

#include "base_url.hpp"

namespace common {

inline constexpr std::chrono::seconds greatest_retry_after{3'600};  ///< a longer time counts as this one

struct http_request {
    std::string_view method;
    std::string path;    ///< below the base, without a leading slash
    std::string body{};  ///< JSON, or empty
    std::string if_match{};
};

struct http_answer {
    unsigned status = 0;
    std::string body{};
    std::string etag{};
    std::string location{};
    std::optional<std::chrono::seconds> retry_after{};
};

/// No complete response came back: it is unknown whether the request had an effect.
class no_answer : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An HTTP client that keeps its connection open between requests. Not thread-safe.
class http_client {
public:
    struct settings {
        base_url base;
        std::string ca_file{};              ///< authorities to trust instead of the system's
        std::chrono::milliseconds timeout;  ///< for connecting, and again for the exchange
        std::string agent{};                ///< the User-Agent
        std::function<bool()> stops{};      ///< called twenty times a second: whether to abort the current request
    };

    /// Throws `std::invalid_argument` if the file of authorities cannot be used (or the first exchange throws it).
    explicit http_client(settings given);
    ~http_client();

    /// Sends the key as the value of `Authorization`, and returns the final response, or nothing if it was asked to
    /// stop. Throws `no_answer`. If the server closed the connection in the meantime, the request is sent again
    /// immediately, so it may have been made twice. The key passes only through memory that is wiped.
    std::optional<http_answer> exchange(const http_request& asked, const shearline::secret_text& key);

private:
    struct state;
    std::unique_ptr<state> m_state;
};

}  // namespace common

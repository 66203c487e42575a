// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One HTTP/1.1 connection to one address, https with verified names or loopback; no redirects, no proxy, no cookies.
// Depends on shearline's secret_text; never on what is sent. libcurl stays in the source file.
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

inline constexpr std::chrono::seconds greatest_retry_after{3'600};  ///< more is taken as this

struct http_request {
    std::string_view method;
    std::string path;    ///< below the base, without a slash before it
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

/// Nothing, or nothing whole, came back: whether the request had an effect is not known.
class no_answer : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Keeps its connection open between requests. Not thread-safe.
class http_client {
public:
    struct settings {
        base_url base;
        std::string ca_file{};              ///< authorities to trust in place of the system's
        std::chrono::milliseconds timeout;  ///< for connecting, and again for the exchange
        std::string agent{};                ///< what it calls itself
        std::function<bool()> stops{};      ///< asked twenty times a second: whether to give up what is under way
    };

    /// Throws `std::invalid_argument` where the file of authorities cannot be used (or the first exchange does).
    explicit http_client(settings given);
    ~http_client();

    /// Sends the key as the value of `Authorization`, and gives whatever final answer comes; nothing where it was to
    /// stop. Throws `no_answer`. A request on a connection that the other side closed meanwhile is sent once more at
    /// once: it may then have been made twice. The key passes through memory that is wiped alone.
    std::optional<http_answer> exchange(const http_request& asked, const shearline::secret_text& key);

private:
    struct state;
    std::unique_ptr<state> m_state;
};

}  // namespace common

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The address below which an API lives, read by libcurl.
// Depends on libcurl and shearline's results; never on a connection.
#pragma once

#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace common {

/// https anywhere, or http only on this machine: a key must not cross a network unencrypted.
struct base_url {
    bool is_tls = true;
    std::string host;  ///< in lower case; without the brackets of an IPv6 address
    std::string port;
    std::string path;  ///< from its first to its last slash
    std::string text;  ///< all of it, as it is sent

    /// `invalid_argument` says what is wrong.
    [[nodiscard]] static shearline::result<base_url> parse(std::string_view text);
};

}  // namespace common

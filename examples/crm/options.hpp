// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The command line of the CRM.
// Depends on POSIX and shearline's results; never on the server.
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/result.hpp>

#include "http/proxy.hpp"

namespace crm {

inline constexpr std::string_view usage = R"(usage: shearline-crm --data DIR [OPTION …]

A small CRM whose contacts other systems create, read and update with an instance API key.

  --data DIR                  where everything is kept; made if it is not there
  --listen ADDRESS:PORT       127.0.0.1:8080 unless given; port 0 takes a free one
  --port-file FILE            write the port there once it is listened on
  --admin-password-file FILE  the owner's password for the console, at the first start; without it, one is made up and
                              shown once
  --behind-tls-proxy          a proxy in front speaks TLS: needed to listen on other addresses than loopback
  --host NAME                 a name under which browsers reach the console (beside localhost); may be repeated
  --trusted-proxy NETWORK     a proxy whose X-Forwarded-For is believed, such as 192.0.2.0/24: then the client is who came
                              to it, for the limit on guesses and in the audit; may be repeated
  --help, --version

example: shearline-crm --data /var/lib/crm --listen 127.0.0.1:8080
)";

struct options {
    std::string data;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string port_file;
    std::string password_file;
    bool behind_tls_proxy = false;
    std::vector<std::string> hosts;
    trusted_proxies proxies;
    bool help = false;
    bool version = false;
};

[[nodiscard]] inline bool is_address(const std::string& text) noexcept {
    in6_addr room{};
    return ::inet_pton(AF_INET, text.c_str(), &room) == 1 || ::inet_pton(AF_INET6, text.c_str(), &room) == 1;
}

/// Whether a text can be the host in a URL: a name, an IPv4 address, or an IPv6 address in brackets; without a port.
[[nodiscard]] inline bool is_host(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) return is_address(std::string{text.substr(1, text.size() - 2)});
    if (text.empty() || text.size() > 253 || text.front() == '-' || text.front() == '.') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    });
}

/// Of an address.
[[nodiscard]] inline bool is_loopback(std::string_view address) noexcept {
    return address.starts_with("127.") || address == "::1";
}

/// Reads the arguments after the program's name; `invalid_argument` says which one is off.
[[nodiscard]] inline shearline::result<options> read_options(std::span<char* const> arguments) {
    using shearline::errc;
    using shearline::error;
    options read;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view name = arguments[i];
        if (name == "--help")
            read.help = true;
        else if (name == "--version")
            read.version = true;
        else if (name == "--behind-tls-proxy")
            read.behind_tls_proxy = true;
        else {
            std::string listen;
            std::string host;
            std::string proxy;
            std::string* const value = name == "--data"                  ? &read.data
                                       : name == "--listen"              ? &listen
                                       : name == "--port-file"           ? &read.port_file
                                       : name == "--admin-password-file" ? &read.password_file
                                       : name == "--host"                ? &host
                                       : name == "--trusted-proxy"       ? &proxy
                                                                         : nullptr;
            if (value == nullptr)
                return error{errc::invalid_argument, "there is no option " + std::string{name} + ": see --help"};
            if (++i == arguments.size() || *arguments[i] == '\0')
                return error{errc::invalid_argument, std::string{name} + " needs a value"};
            *value = arguments[i];
            if (!proxy.empty())
                if (auto added = read.proxies.add(proxy); !added)
                    return error{errc::invalid_argument, "--trusted-proxy: " + added.error().context()};
            if (!host.empty()) {
                if (!is_host(host))
                    return error{errc::invalid_argument,
                                 "--host needs the name of a host, such as crm.example, without a port"};
                read.hosts.push_back(host);
            }
            if (!listen.empty()) {
                const std::size_t colon = listen.rfind(':');
                const char* const end = listen.data() + listen.size();
                const char* const digits = colon == std::string::npos ? end : listen.data() + colon + 1;
                const auto [stop, failed] = std::from_chars(digits, end, read.port);
                if (digits == end || failed != std::errc{} || stop != end)
                    return error{errc::invalid_argument, "--listen needs ADDRESS:PORT, such as 127.0.0.1:8080"};
                read.address = listen.substr(0, colon);
                if (read.address.starts_with('[') && read.address.ends_with(']'))
                    read.address = read.address.substr(1, read.address.size() - 2);
                if (!is_address(read.address))
                    return error{errc::invalid_argument,
                                 "--listen needs a numeric address: " + read.address + " is none"};
            }
        }
    }
    if (read.help || read.version) return read;
    if (read.data.empty()) return error{errc::invalid_argument, "--data DIR is needed: see --help"};
    if (!is_loopback(read.address) && !read.behind_tls_proxy)
        return error{errc::invalid_argument,
                     "keys must not cross a network in the clear: listen on loopback, or give --behind-tls-proxy"};
    return read;
}

}  // namespace crm

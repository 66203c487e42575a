// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The client of a request that came through proxies, as far back as trusted proxies report it.
// Depends on POSIX and http/message.hpp; never on a socket.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

#include "http/message.hpp"

namespace crm {

/// The networks of proxies that are trusted to report their clients. Without any, the client is the peer that connects.
class trusted_proxies {
public:
    /// Adds a network, such as `192.0.2.0/24` or `2001:db8::/32`, or one address. `invalid_argument` if it is neither,
    /// or if the address has bits beyond the prefix length.
    [[nodiscard]] shearline::result<void> add(std::string_view text);

    /// The address of the client: the peer, or if the peer is a trusted proxy, the last hop of `X-Forwarded-For` that
    /// is not a trusted proxy. The search ends at a hop that is not an address, because nobody vouches for earlier
    /// ones.
    [[nodiscard]] std::string client_of(const request& asked) const;

private:
    using address = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:0:0/96
    struct network {
        address first;
        unsigned bits;
    };

    [[nodiscard]] static std::optional<address> read(std::string_view text);
    [[nodiscard]] static bool same_start(const address& a, const address& b, unsigned bits) noexcept;
    [[nodiscard]] bool trusts(const address& one) const noexcept;

    std::vector<network> m_networks;
};

}  // namespace crm

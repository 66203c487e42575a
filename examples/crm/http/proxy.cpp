// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "http/proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "text.hpp"

namespace crm {

std::optional<trusted_proxies::address> trusted_proxies::read(std::string_view text) {
    const std::string ended{text};
    address found{};
    if (::inet_pton(AF_INET6, ended.c_str(), found.data()) == 1) return found;
    found = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (::inet_pton(AF_INET, ended.c_str(), found.data() + 12) == 1) return found;
    return std::nullopt;
}

bool trusted_proxies::same_start(const address& a, const address& b, unsigned bits) noexcept {
    for (unsigned bit = 0; bit < bits; ++bit)
        if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8) & 1U) != 0) return false;
    return true;
}

bool trusted_proxies::trusts(const address& one) const noexcept {
    return std::any_of(m_networks.begin(), m_networks.end(),
                       [&](const network& each) { return same_start(each.first, one, each.bits); });
}

shearline::result<void> trusted_proxies::add(std::string_view text) {
    const auto wrong = [&](std::string_view why) {
        return shearline::error{shearline::errc::invalid_argument, std::string{text} + " " + std::string{why}};
    };
    const std::size_t slash = text.find('/');
    const auto first = read(text.substr(0, slash));
    if (!first) return wrong("is not a network such as 192.0.2.0/24 or 2001:db8::/32");
    const bool is_v4 = text.find(':') == std::string_view::npos;
    const unsigned most = is_v4 ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size() || bits > most)
            return wrong("has an invalid prefix length");
    }
    bits += 128 - most;
    address cut = *first;
    for (unsigned bit = bits; bit < 128; ++bit) cut[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    if (cut != *first) return wrong("has address bits beyond its prefix length: correct the address or the length");
    m_networks.push_back({cut, bits});
    return {};
}

std::string trusted_proxies::client_of(const request& asked) const {
    const auto peer = read(asked.source_address);
    if (!peer || !trusts(*peer)) return asked.source_address;
    std::string hops;  // several fields are one list (RFC 9110 §5.3)
    for (const auto& [name, value] : asked.headers)
        if (is_same_name(name, "x-forwarded-for")) hops.append(hops.empty() ? "" : ",").append(value);
    std::string client = asked.source_address;
    for (std::string_view rest = hops; !rest.empty();) {
        const std::size_t comma = rest.rfind(',');
        const std::string_view hop = common::trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        const auto at = read(hop);
        if (!at) break;
        client = hop;
        if (!trusts(*at) || comma == std::string_view::npos) break;
        rest = rest.substr(0, comma);
    }
    return client;
}

}  // namespace crm

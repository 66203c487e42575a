// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "base_url.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace common {

using shearline::errc;
using shearline::error;
using shearline::result;

namespace {

bool is_loopback(const std::string& host) {
    ::in_addr four{};
    ::in6_addr six{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24U == 127;
    if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return std::memcmp(&six, &in6addr_loopback, sizeof(six)) == 0;
    return host == "localhost";
}

struct free_url {
    void operator()(CURLU* made) const noexcept { ::curl_url_cleanup(made); }
};

/// A part of it; empty if it is missing.
std::string part(CURLU* of, CURLUPart which, unsigned flags = 0) {
    char* found = nullptr;
    if (::curl_url_get(of, which, &found, flags) != CURLUE_OK) return {};
    std::string text = found;
    ::curl_free(found);
    return text;
}

}  // namespace

result<base_url> base_url::parse(std::string_view text) {
    const auto wrong = [](std::string_view what) { return error{errc::invalid_argument, std::string{what}}; };
    if (text.find_first_of("?#") != text.npos) return wrong("must end before any ? or #");
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f' || c == '\\'; }))
        return wrong("must be ASCII without spaces; write other characters as %XX, and host names in Punycode");
    const std::unique_ptr<CURLU, free_url> url{::curl_url()};
    if (const CURLUcode bad = ::curl_url_set(url.get(), CURLUPART_URL, std::string{text}.c_str(), CURLU_DISALLOW_USER);
        bad != CURLUE_OK)
        return wrong(std::string{"is not a URL: "} + ::curl_url_strerror(bad));
    const std::string scheme = part(url.get(), CURLUPART_SCHEME);
    if (scheme != "https" && scheme != "http")
        return wrong("must start with https://, or with http:// for this machine itself");
    base_url made;
    made.is_tls = scheme == "https";
    made.path = part(url.get(), CURLUPART_PATH);
    if (!made.path.ends_with('/')) made.path += '/';
    ::curl_url_set(url.get(), CURLUPART_PATH, made.path.c_str(), 0);
    made.port = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    made.host = part(url.get(), CURLUPART_HOST);
    std::transform(made.host.begin(), made.host.end(), made.host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    ::curl_url_set(url.get(), CURLUPART_HOST, made.host.c_str(), 0);
    made.text = part(url.get(), CURLUPART_URL);
    if (made.host.starts_with('[')) made.host = made.host.substr(1, made.host.size() - 2);
    if (made.port == "0") return wrong("has an invalid port");
    if (!made.is_tls && !is_loopback(made.host))
        return wrong(
            "plain http would send the key unencrypted: use https (http is only for localhost, 127.0.0.0/8 and "
            "[::1] only)");
    return made;
}

}  // namespace common

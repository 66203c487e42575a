// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A request and its response, as the parts of the CRM see them.
// Depends on std; never on a socket. Boost.Beast, which compares names, stays in its .cpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Whether two names are equal without regard to case: of fields, hosts and media types (ASCII, RFC 9110).
[[nodiscard]] bool is_same_name(std::string_view a, std::string_view b) noexcept;

struct request {
    std::string method;
    std::string target;  ///< path and query, as sent
    std::string body;
    std::string source_address;
    header_list headers;  ///< one entry for each field line
    std::string id;       ///< identifies the request in the log

    /// The value of a field that was sent exactly once.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

    /// Whether the method only reads (GET or HEAD).
    [[nodiscard]] bool reads() const noexcept { return method == "GET" || method == "HEAD"; }

    /// The target before and after the first question mark.
    [[nodiscard]] std::string_view path() const { return std::string_view{target}.substr(0, target.find('?')); }
    [[nodiscard]] std::string_view query() const {
        const std::size_t mark = target.find('?');
        return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
    }
};

struct response {
    unsigned status = 200;
    header_list headers{};
    std::string body{};
    std::string why{};  ///< the reason, for the log only, which masks any key in it
};

/// Runs on a worker thread, many at once, and may block.
using handler = std::function<response(const request&)>;

}  // namespace crm

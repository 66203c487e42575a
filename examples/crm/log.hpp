// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The log: one JSON object per line on standard error, which never contains a key.
// Depends on shearline/format/; never on a request's body or fields. Boost.JSON stays in its .cpp.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/format/mask.hpp>

#include "http/server.hpp"
#include "keys.hpp"

namespace crm {

/// A text in which every key is masked, and everything that starts like a key (with a typing error, or of another
/// environment) is cut to its prefix.
[[nodiscard]] inline std::string without_keys(std::string_view text) {
    using format = crm_keys::format;
    std::string out;
    while (!text.empty()) {
        const std::size_t at = text.find(format::prefix);
        out += text.substr(0, at);
        if (at == std::string_view::npos) break;
        text.remove_prefix(at);
        std::size_t end = format::prefix.size();
        const auto may_continue = [](char c) {
            return c == '_' || format::alphabet::decode(c) != format::alphabet::no_digit;
        };
        while (end < text.size() && may_continue(text[end])) ++end;
        out += shearline::mask<format>(text.substr(0, end)).view();
        text.remove_prefix(end);
    }
    return out;
}

/// The path of a request for the log, without the query. Omitted if it contains characters that no path of ours has,
/// such as a percent sign, which could hide a key.
[[nodiscard]] inline std::string path_for_log(std::string_view path) {
    for (const char c : path) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' ||
                           c == '_' || c == '-' || c == '.';
        if (!plain) return "(unusual)";
    }
    return without_keys(path.substr(0, 200));
}

/// Writes a line; `members` are further members of the object.
void log_line(std::string_view level, std::string_view what,
              std::initializer_list<std::pair<std::string_view, std::string_view>> members = {});

/// Logs an answered request: the client, the request line and the duration; never a query, a field or a body.
void log_request(const request_account& done);

}  // namespace crm

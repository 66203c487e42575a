// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The log: one JSON object a line on the standard error, in which no key can stand.
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

/// A text with every key in it masked, and with every piece that begins like one (with a typing error, or for another
/// environment) cut down to its prefix.
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

/// The path of a request for the log. Without the query; and where it holds what none of our paths does (a percent
/// sign, say, behind which a key could hide), not at all.
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

/// A request that was answered: who, what, and how long it took; never a query, a field or a body.
void log_request(const request_account& done);

}  // namespace crm

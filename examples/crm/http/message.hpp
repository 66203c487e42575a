// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A request and its answer, as the parts of the CRM see them.
// Depends on std; never on a socket or an HTTP library.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct request {
    std::string method;
    std::string target;  ///< path and query, as sent
    std::string body;
    std::string source_address;
    header_list headers;  ///< one entry for each field line
    std::string id;       ///< names the request in the log

    /// The value of a field that was sent exactly once; `lower_name` in lower case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_name) const {
        std::optional<std::string_view> found;
        for (const auto& [name, value] : headers) {
            if (!is_named(name, lower_name)) continue;
            if (found) return std::nullopt;
            found = value;
        }
        return found;
    }

    /// The target before and after the first question mark.
    [[nodiscard]] std::string_view path() const { return std::string_view{target}.substr(0, target.find('?')); }
    [[nodiscard]] std::string_view query() const {
        const std::size_t mark = target.find('?');
        return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
    }

private:
    static bool is_named(std::string_view name, std::string_view lower_name) {
        if (name.size() != lower_name.size()) return false;
        for (std::size_t i = 0; i < name.size(); ++i) {
            const char c = name[i];
            if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower_name[i]) return false;
        }
        return true;
    }
};

struct response {
    unsigned status = 200;
    header_list headers{};
    std::string body{};
};

/// Runs on a worker thread, many at once, and may block.
using handler = std::function<response(const request&)>;

}  // namespace crm

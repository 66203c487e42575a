// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "http/message.hpp"

#include <boost/beast/core/string.hpp>

namespace crm {

bool is_same_name(std::string_view a, std::string_view b) noexcept {
    return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

std::optional<std::string_view> request::header(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const auto& [each, value] : headers) {
        if (!is_same_name(each, name)) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

}  // namespace crm

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A guard for requests and responses of cpp-httplib.
// Depends on http/guard.hpp and cpp-httplib 0.11; never on a socket.
#pragma once

#include <httplib.h>

#include <string_view>

#include <shearline/http/guard.hpp>

namespace shearline::inline v0_1 {

/// For `request_guard::check(request, response, scope)`.
///
/// Before its version 0.44, cpp-httplib decodes `%` in the values of header fields before anybody sees them. So a key
/// may come percent-encoded, and nothing else changes: the decoded value is granted only if it is exactly a key. Who
/// searches the traffic for keys must decode it, too.
template <>
struct request_traits<httplib::Request> {
    [[nodiscard]] static std::string_view target(const httplib::Request& request) { return request.target; }

    template <typename Take>
    static void each_field(const httplib::Request& request, Take&& take) {
        for (const auto& [name, value] : request.headers) take(std::string_view{name}, std::string_view{value});
    }

    static void refuse(const httplib::Request&, httplib::Response& response, const refusal& refused) {
        response.status = static_cast<int>(refused.status);
        for (const response_field& field : refused.fields)
            if (field.name != "Content-Type") response.set_header(std::string{field.name}, field.value);
        response.set_content(refused.body, std::string{problem_media_type});  // which sends none for HEAD
    }
};

}  // namespace shearline::inline v0_1

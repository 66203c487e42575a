// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A guard for requests and responses of Boost.Beast.
// Depends on http/guard.hpp and Boost.Beast 1.81; never on a socket.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/verb.hpp>

#include <string_view>

#include <shearline/http/guard.hpp>

namespace shearline::inline v0_1 {

/// For `request_guard::check(request, response, scope)`. Beast keeps lines of one name apart, as a guard needs, also
/// those of a trailer; so check a request when it was read whole, or its header alone. Values are as sent.
template <typename Body, typename Fields>
struct request_traits<boost::beast::http::request<Body, Fields>> {
    using request_type = boost::beast::http::request<Body, Fields>;

    [[nodiscard]] static std::string_view target(const request_type& request) {
        return {request.target().data(), request.target().size()};
    }

    template <typename Take>
    static void each_field(const request_type& request, Take&& take) {
        for (const auto& field : request) {
            const auto name = field.name_string();
            const auto value = field.value();
            take({name.data(), name.size()}, {value.data(), value.size()});
        }
    }

    /// The response keeps the connection open if the request asked for that.
    template <typename ResponseFields>
    static void refuse(const request_type& request,
                       boost::beast::http::response<boost::beast::http::string_body, ResponseFields>& response,
                       const refusal& refused) {
        response = {};
        response.version(request.version());
        response.result(refused.status);
        for (const response_field& field : refused.fields)
            response.insert({field.name.data(), field.name.size()}, field.value);
        response.keep_alive(request.keep_alive());
        response.content_length(refused.body.size());  // of what GET would have sent (RFC 9110 §8.6)
        if (request.method() != boost::beast::http::verb::head) response.body() = refused.body;
    }
};

}  // namespace shearline::inline v0_1

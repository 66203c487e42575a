// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The body of an answer that refuses: RFC 9457 problem details, in JSON.
// Depends on http/ and verdict.hpp; never on a JSON or an HTTP library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shearline/http/credential_source.hpp>
#include <shearline/http/json_string.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

/// The media type of a problem body (RFC 9457 §6.1).
inline constexpr std::string_view problem_media_type = "application/problem+json";

/// Problem details (RFC 9457 §3.1). An empty `type` is "about:blank": the title says all there is to know. The texts
/// are any bytes, and views: they must outlive it.
struct problem {
    unsigned status = 500;
    std::string_view title;
    std::string_view detail{};    ///< left out where empty
    std::string_view type{};      ///< a URI reference
    std::string_view instance{};  ///< a URI reference of this occurrence; left out where empty
};

/// The body, for `problem_media_type`: one JSON object, in UTF-8, whatever bytes the texts hold. Linear.
[[nodiscard]] inline std::string to_json(const problem& what) {
    std::string json = "{\"type\":";
    detail::append_json_string(json, what.type.empty() ? "about:blank" : what.type);
    json += ",\"title\":";
    detail::append_json_string(json, what.title);
    json += ",\"status\":" + std::to_string(what.status);
    if (!what.detail.empty()) {
        json += ",\"detail\":";
        detail::append_json_string(json, what.detail);
    }
    if (!what.instance.empty()) {
        json += ",\"instance\":";
        detail::append_json_string(json, what.instance);
    }
    return json += '}';
}

/// The problem of a request whose credential could not be read.
[[nodiscard]] inline problem problem_of(const credential_error& wrong) noexcept {
    return {.status = wrong.status(),
            .title = wrong.status() == 401 ? "Unauthorized" : "Bad Request",
            .detail = to_string(wrong.code)};
}

/// The problem that a face is shown as.
[[nodiscard]] inline problem problem_of(face shown) noexcept {
    const unsigned status = status_of(shown);
    switch (shown) {
        case face::invalid_key: return {status, "Unauthorized", "the API key is not valid"};
        case face::not_allowed: return {status, "Forbidden", "the API key may not do this"};
        case face::limited: return {status, "Too Many Requests", "try again later"};
        case face::unavailable: break;
    }
    return {status, "Service Unavailable", "keys cannot be verified right now: try again"};
}

/// The problem of a denial. It tells the face alone: the private reason is not in it.
[[nodiscard]] inline problem problem_of(const denial& refused) noexcept { return problem_of(refused.face()); }

}  // namespace shearline::inline v0_1

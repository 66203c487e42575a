// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The body of a response that denies a request: RFC 9457 problem details, in JSON.
// Depends on http/ and verdict.hpp; never on a JSON or an HTTP library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/http/json_string.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

/// The media type of a problem body (RFC 9457 §6.1).
inline constexpr std::string_view problem_media_type = "application/problem+json";

/// Problem details (RFC 9457 §3.1). The texts may be any bytes, are not checked, and must outlive it.
struct problem {
    unsigned status = 500;        ///< the HTTP status
    std::string_view title;       ///< the kind of problem, in a few words
    std::string_view detail{};    ///< this occurrence, in a sentence; left out if empty
    std::string_view type{};      ///< a URI reference of the kind; "about:blank" if empty
    std::string_view instance{};  ///< a URI reference of this occurrence; left out if empty
};

/// The body, for `problem_media_type`: one JSON object, in UTF-8, whatever bytes the texts hold. Linear; thread-safe.
///
/// Example:
///     const shearline::denial refused{shearline::reason::revoked};  // as `verdict::denial` returns it
///     const unsigned status = refused.status();                     // 401
///     const std::string body = to_json(shearline::problem_of(refused));
///     // {"type":"about:blank","title":"Unauthorized","status":401,"detail":"the API key is not valid"}
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

/// The problem for a request whose credential could not be read. O(1).
[[nodiscard]] inline problem problem_of(const credential_error& wrong) noexcept {
    return {.status = wrong.status(),
            .title = wrong.status() == 401 ? "Unauthorized" : "Bad Request",
            .detail = to_string(wrong.code)};
}

/// The problem for the error of a call such as `rotate`. It shows the kind of the error only, and never its context,
/// which may name files. O(1).
///
/// Example:
///     const shearline::error wrong{shearline::errc::corrupt, "/srv/keys.db: page 7 is damaged"};  // for the log
///     const std::string body = shearline::to_json(shearline::problem_of(wrong));                  // status 500
[[nodiscard]] inline problem problem_of(const error& wrong) noexcept {
    const unsigned status = status_of(wrong.code());
    switch (wrong.code()) {
        case errc::invalid_argument: return {status, "Bad Request", "an argument is not valid"};
        case errc::not_found: return {status, "Not Found", "there is no such thing"};
        case errc::conflict: return {status, "Conflict", "another change came first, or the name is taken"};
        case errc::illegal_state: return {status, "Conflict", "the state of the key or its credential forbids this"};
        case errc::not_recoverable: return {status, "Conflict", "the text of this key is not stored"};
        case errc::unavailable:
        case errc::deadline_exceeded: return {status, "Service Unavailable", "try again"};
        case errc::in_doubt: return {status, "Internal Server Error", "it is not known whether this was done"};
        case errc::permission_denied:
        case errc::wrong_keyring:
        case errc::wrong_hash:
        case errc::corrupt:
        case errc::wrong_version:
        case errc::rolled_back: break;
    }
    return {status, "Internal Server Error", "the server cannot do this"};
}

/// The problem for a face. O(1).
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

/// The problem for a denial. It shows the face only, never the private reason. O(1).
[[nodiscard]] inline problem problem_of(const denial& refused) noexcept { return problem_of(refused.face()); }

}  // namespace shearline::inline v0_1

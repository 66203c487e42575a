// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The `WWW-Authenticate` field of an answer: what a client that was refused should know, and no more.
// Depends on http/credential_source.hpp and verdict.hpp; never on an HTTP library.
#pragma once

#include <string>
#include <string_view>

#include <shearline/http/credential_source.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0 {

namespace detail {

/// A quoted-string (RFC 9110 §5.6.4); control characters, which it cannot hold, are left out.
[[nodiscard]] inline std::string quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') continue;
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted += '"';
}

}  // namespace detail

/// The challenge for a request whose credential could not be read. Without an error code where none was presented, as
/// RFC 6750 §3.1 asks; `invalid_request` otherwise.
[[nodiscard]] inline std::string challenge(std::string_view realm, const credential_error& problem) {
    std::string field = "Bearer realm=" + detail::quoted(realm);
    if (problem.code != credential_errc::missing) {
        field += ", error=\"invalid_request\", error_description=";
        field += detail::quoted(to_string(problem.code));
    }
    return field;
}

/// The challenge for a denial: `invalid_token` whatever was wrong with the key, `insufficient_scope` with the scope
/// that was required, and none (an empty string: send no field) for a denial that another credential does not mend.
[[nodiscard]] inline std::string challenge(std::string_view realm, const denial& refused,
                                           std::string_view required_scope = {}) {
    const std::string field = "Bearer realm=" + detail::quoted(realm);
    if (refused.face() == face::invalid_key) return field + ", error=\"invalid_token\"";
    if (refused.reason() != reason::missing_scope) return {};
    return field + ", error=\"insufficient_scope\", scope=" + detail::quoted(required_scope);
}

}  // namespace shearline::inline v0

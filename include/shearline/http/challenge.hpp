// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The `WWW-Authenticate` field of a response: tells a denied client what it should know, and no more.
// Depends on http/credential_source.hpp and verdict.hpp; never on an HTTP library.
#pragma once

#include <string>
#include <string_view>

#include <shearline/http/credential_source.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

namespace detail {

/// A quoted-string (RFC 9110 §5.6.4), without the control characters, which are not allowed in it.
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

/// The challenge (RFC 9110 §11.6.1, RFC 6750 §3) for a request whose credential could not be read: with the error
/// `invalid_request`, or without one if there was no credential (RFC 6750 §3.1). `realm` is any text; control
/// characters are left out. Linear; thread-safe.
[[nodiscard]] inline std::string challenge(std::string_view realm, const credential_error& wrong) {
    std::string field = "Bearer realm=" + detail::quoted(realm);
    if (wrong.code != credential_errc::missing) {
        field += ", error=\"invalid_request\", error_description=";
        field += detail::quoted(to_string(wrong.code));
    }
    return field;
}

/// The challenge for a denial, or an empty string (send no such field) if neither another credential nor another scope
/// would help. It depends only on the face and on `scope`, the one that the resource requires: `invalid_token` for
/// `face::invalid_key`; `insufficient_scope` for `face::not_allowed`, if `scope` is not empty. Linear; thread-safe.
///
/// Example:
///     const shearline::denial refused{shearline::reason::missing_scope};  // as `verdict::denial` returns it
///     const std::string value = shearline::challenge("contacts", refused, "contacts:write");
///     // Bearer realm="contacts", error="insufficient_scope", scope="contacts:write"
[[nodiscard]] inline std::string challenge(std::string_view realm, const denial& refused, std::string_view scope = {}) {
    const std::string bearer = "Bearer realm=" + detail::quoted(realm);
    if (refused.face() == face::invalid_key) return bearer + ", error=\"invalid_token\"";
    if (refused.face() != face::not_allowed || scope.empty()) return {};
    return bearer + ", error=\"insufficient_scope\", scope=" + detail::quoted(scope);
}

}  // namespace shearline::inline v0_1

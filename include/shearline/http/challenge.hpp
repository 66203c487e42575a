// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The `WWW-Authenticate` field of an answer: what a client that was refused should know, and no more.
// Depends on http/credential_source.hpp and verdict.hpp; never on an HTTP library.
#pragma once

#include <string>
#include <string_view>

#include <shearline/http/credential_source.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

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

/// The challenge (RFC 9110 §11.6.1, RFC 6750 §3) for a request whose credential could not be read: `invalid_request`,
/// or no error where none was presented, as RFC 6750 §3.1 asks. `realm` is any text; what a field cannot hold is left
/// out of it.
[[nodiscard]] inline std::string challenge(std::string_view realm, const credential_error& wrong) {
    std::string field = "Bearer realm=" + detail::quoted(realm);
    if (wrong.code != credential_errc::missing) {
        field += ", error=\"invalid_request\", error_description=";
        field += detail::quoted(to_string(wrong.code));
    }
    return field;
}

/// The challenge for a denial, or an empty string (send no such field) where another credential or scope would not
/// help. It follows from the face and from what the resource asks of everybody: `invalid_token` whatever is wrong with
/// the key; `insufficient_scope` with the scope that is required here whatever keeps the key from being allowed.
[[nodiscard]] inline std::string challenge(std::string_view realm, const denial& refused, std::string_view scope = {}) {
    const std::string bearer = "Bearer realm=" + detail::quoted(realm);
    if (refused.face() == face::invalid_key) return bearer + ", error=\"invalid_token\"";
    if (refused.face() != face::not_allowed || scope.empty()) return {};
    return bearer + ", error=\"insufficient_scope\", scope=" + detail::quoted(scope);
}

}  // namespace shearline::inline v0_1

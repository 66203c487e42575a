// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Finds the credential of a request, or says why there is none, or more than one.
// Depends on http/header_field.hpp and http/key_in_url.hpp; never on an HTTP library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/http/header_field.hpp>
#include <shearline/http/key_in_url.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// What is wrong with the credentials of a request.
enum class credential_errc : std::uint8_t {
    missing = 1,         ///< no field has one: answer with a challenge
    repeated,            ///< more than one field has one, even if they are equal
    malformed,           ///< empty, a list, folded, with a character that no key has, or in a field of a similar name
    too_long,            ///< longer than `max_credential_chars`
    in_url,              ///< in the request target, which logs and histories keep: treat the key as leaked
    unsupported_scheme,  ///< `Authorization` with a scheme other than Bearer
};

/// What is wrong, and in which field. Holds no part of the request.
struct credential_error {
    credential_errc code{};
    std::string_view field;  ///< "Authorization", "X-API-Key" or "request target"

    /// The HTTP status of the response: 401 if there is no credential, else 400 (RFC 6750 §3.1). O(1).
    [[nodiscard]] constexpr unsigned status() const noexcept { return code == credential_errc::missing ? 401 : 400; }
};

/// The text for a `credential_errc`, which the client may see; a static string without a full stop. O(1).
[[nodiscard]] constexpr std::string_view to_string(credential_errc code) noexcept {
    switch (code) {
        case credential_errc::missing: return "the request carries no API key";
        case credential_errc::repeated: return "the request carries more than one credential";
        case credential_errc::malformed: return "the credential is malformed";
        case credential_errc::too_long: return "the credential is longer than any key";
        case credential_errc::in_url: return "the key is in the URL: treat it as leaked, and send it in a header";
        case credential_errc::unsupported_scheme: return "the authorization scheme is not supported";
    }
    return "unknown";
}

/// What to do with an `Authorization` field of another scheme (Basic, Digest, …).
enum class other_schemes : std::uint8_t {
    refuse,  ///< `unsupported_scheme` (default)
    ignore,  ///< ignored beside an `X-API-Key`, for services behind a proxy that has checked it; alone it is refused
};

/// The most characters of a credential: twice those of the longest key of any format.
inline constexpr std::size_t max_credential_chars = 512;

namespace detail {

/// The characters of token68 (RFC 9110 §11.2), except its padding.
[[nodiscard]] constexpr bool are_token68_chars(std::string_view text) noexcept {
    for (const char c : text)
        if (!is_alphanumeric(c) && std::string_view{"-._~+/"}.find(c) == std::string_view::npos) return false;
    return true;
}

[[nodiscard]] constexpr bool is_token68(std::string_view text) noexcept {
    while (text.ends_with('=')) text.remove_suffix(1);
    return !text.empty() && are_token68_chars(text);
}

/// Whether all keys of a format can be sent as token68.
template <typename Format>
[[nodiscard]] consteval bool fits_header() noexcept {
    for (const placed_part& part : Format::layout)
        if (!are_token68_chars(part.text)) return false;
    return are_token68_chars(Format::alphabet::chars);
}

/// The text without the spaces and tabs around it (OWS, RFC 9110 §5.6.3).
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Whether this is the name of a header, or one that a gateway may take for it: CGI and similar interfaces replace
/// every sign by `_`, and lenient parsers drop spaces before the colon.
[[nodiscard]] constexpr bool resembles(std::string_view name, std::string_view header) noexcept {
    name = trimmed(name);
    if (name.size() != header.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (is_alphanumeric(header[i]) ? lower(name[i]) != lower(header[i]) : is_alphanumeric(name[i])) return false;
    return true;
}

/// The credential in the value of a field. `unsupported_scheme` is returned only for values without control characters,
/// so that none is accepted where such a value is ignored.
[[nodiscard]] constexpr result<std::string_view, credential_errc> read_credential(std::string_view value,
                                                                                  bool may_name_scheme) noexcept {
    value = trimmed(value);
    for (const char c : value)
        if (c != ' ' && c != '\t' && (c < '!' || c > '~')) return credential_errc::malformed;

    if (may_name_scheme) {
        const std::size_t blank = value.find(' ');
        const std::string_view scheme = value.substr(0, blank);
        if (equals_ignoring_case(scheme, "Bearer")) {
            value.remove_prefix(scheme.size());
            while (value.starts_with(' ')) value.remove_prefix(1);
        } else if (blank != std::string_view::npos) {
            return is_token68(scheme) ? credential_errc::unsupported_scheme : credential_errc::malformed;
        }
    }
    if (value.size() > max_credential_chars) return credential_errc::too_long;
    if (!is_token68(value)) return credential_errc::malformed;
    return value;
}

}  // namespace detail

/// The text of the credential of a request: `Authorization: Bearer <key>` (the scheme in any case), `Authorization:
/// <key>` without a scheme, as for instance keys, or `X-API-Key: <key>`. Exactly one field may have one, and neither
/// header may be repeated; a field whose name a gateway could take for one of them (`X_API_Key`) is `malformed`. A key
/// in the URL, or a query parameter with a name for keys, is `in_url`, whatever is in the fields. Other fields
/// (`Cookie`, `Proxy-Authorization`) are ignored.
///
/// The text is token68, not yet parsed, and a view into `fields`. If several things are wrong, the error is the first
/// one: of the target, then of the fields in their order.
///
/// O(size of the request × `Format::chars`); never allocates; thread-safe; variable time: for a text that its sender
/// knows. Usable in a constant expression. Source: RFC 9110 §5.5, §11; RFC 6750 §2.1, §3.1.
///
/// Example:
///     #include <shearline/format/key_format.hpp>
///     const shearline::header_field fields[] = {{"Host", "crm.example"}, {"Authorization", "Bearer instance_typo"}};
///     const auto found = shearline::find_credential<shearline::key_format<"instance">>(fields, "/contacts?page=2");
///     if (found) {
///         const std::string_view text = *found;  // for `verify`
///     } else {
///         const unsigned status = found.error().status();  // 400 or 401; see also `challenge` and `problem_of`
///     }
template <typename Format>
[[nodiscard]] constexpr result<std::string_view, credential_error> find_credential(
    std::span<const header_field> fields, std::string_view target,
    other_schemes others = other_schemes::refuse) noexcept {
    static_assert(detail::fits_header<Format>(),
                  "find_credential: keys of this format cannot be sent as a credential (RFC 9110, token68): give it "
                  "letters, digits and -._~+/ only");
    constexpr std::string_view authorization = "Authorization";
    constexpr std::string_view api_key = "X-API-Key";
    if (has_key_in_url<Format>(target)) return credential_error{credential_errc::in_url, "request target"};

    std::optional<std::string_view> found;
    bool seen_authorization = false;
    bool seen_api_key = false;
    bool ignored = false;
    for (const header_field& field : fields) {
        const bool is_authorization = detail::resembles(field.name, authorization);
        if (!is_authorization && !detail::resembles(field.name, api_key)) continue;
        const std::string_view name = is_authorization ? authorization : api_key;
        if (!detail::equals_ignoring_case(field.name, name)) return credential_error{credential_errc::malformed, name};

        bool& seen = is_authorization ? seen_authorization : seen_api_key;
        if (seen) return credential_error{credential_errc::repeated, name};
        seen = true;

        const auto credential = detail::read_credential(field.value, is_authorization);
        if (credential) {
            if (found) return credential_error{credential_errc::repeated, name};
            found = *credential;
            continue;
        }
        // A list that a proxy joined, "Basic …, Bearer <key>", begins with another scheme, too: its key is not ignored.
        ignored = credential.error() == credential_errc::unsupported_scheme && others == other_schemes::ignore &&
                  !detail::holds_key<Format>(field.value);
        if (!ignored) return credential_error{credential.error(), name};
    }
    if (found) return *found;
    return credential_error{ignored ? credential_errc::unsupported_scheme : credential_errc::missing, authorization};
}

}  // namespace shearline::inline v0_1

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Finds the one credential in a request, or says why there is none or not one alone.
// Depends on http/header_field.hpp and format/parse.hpp; never on an HTTP library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <shearline/format/parse.hpp>
#include <shearline/http/header_field.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0 {

/// What is wrong with the credentials of a request.
enum class credential_errc : std::uint8_t {
    missing = 1,         ///< no field carries one: answer with a challenge
    repeated,            ///< more than one field carries one, even if they are equal
    malformed,           ///< empty, a list, folded, or with characters that no key has
    too_long,            ///< longer than any key
    in_url,              ///< in the request target, where logs and histories keep it: consider that key leaked
    unsupported_scheme,  ///< `Authorization` with a scheme other than Bearer
};

/// What is wrong, and in which field. It holds nothing of the request.
struct credential_error {
    credential_errc code{};
    std::string_view field;  ///< "Authorization", "X-API-Key" or "request target"

    /// The HTTP status to answer with: 401 where nothing was presented, or else 400 (RFC 6750 §3.1).
    [[nodiscard]] constexpr unsigned status() const noexcept { return code == credential_errc::missing ? 401 : 400; }
};

/// The words for a `credential_errc`, fit for the client's eyes.
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

/// What to do with an `Authorization` of another scheme (Basic, Digest, …) beside an `X-API-Key`: `refuse` takes it for
/// a second credential; `ignore` is for services behind a proxy that has dealt with it.
enum class other_schemes : std::uint8_t { refuse, ignore };

namespace detail {

inline constexpr std::size_t max_credential_chars = 512;

/// token68 (RFC 9110 §11.2), without the padding that keys do not have, and the characters that key formats join parts
/// with: what is neither a blank, a comma, a quote nor a control character.
[[nodiscard]] constexpr bool is_credential_text(std::string_view text) noexcept {
    for (const char c : text)
        if (c <= ' ' || c >= '\x7f' || c == ',' || c == ';' || c == '"') return false;
    return !text.empty();
}

/// Without the blanks and tabs around it (OWS, RFC 9110 §5.6.3).
[[nodiscard]] constexpr std::string_view trimmed(std::string_view value) noexcept {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    return value;
}

/// Whether a name is one of a header that carries credentials, or one that a gateway may take for it: CGI and its heirs
/// write `-` as `_`.
[[nodiscard]] constexpr bool names_header(std::string_view name, std::string_view header) noexcept {
    if (name.size() != header.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (lower(name[i] == '_' ? '-' : name[i]) != lower(header[i])) return false;
    return true;
}

[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = lower(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Reads one character of a URL, and what `%41` stands for as that.
[[nodiscard]] constexpr char next_in_url(std::string_view& rest) noexcept {
    char c = rest.front();
    if (c == '%' && rest.size() >= 3 && hex_digit(rest[1]) >= 0 && hex_digit(rest[2]) >= 0) {
        c = static_cast<char>(hex_digit(rest[1]) * 16 + hex_digit(rest[2]));
        rest.remove_prefix(2);
    }
    rest.remove_prefix(1);
    return c;
}

/// Whether a name of a query parameter, decoded, is one under which keys are sent. `-` and `_` do not count.
[[nodiscard]] constexpr bool names_parameter(std::string_view encoded) noexcept {
    constexpr std::string_view known[] = {"apikey", "xapikey", "accesstoken", "authorization", "apitoken"};
    char name[16]{};
    std::size_t chars = 0;
    while (!encoded.empty()) {
        const char c = lower(next_in_url(encoded));
        if (c == '-' || c == '_') continue;
        if (chars == sizeof name) return false;
        name[chars++] = c;
    }
    for (const std::string_view word : known)
        if (word == std::string_view{name, chars}) return true;
    return false;
}

/// Whether a key of the format stands anywhere in a URL, percent-encoded or not. Linear: a text is looked at once for
/// each place at which the prefix stands, and prefixes cannot overlap by more than their own length.
template <typename Format>
[[nodiscard]] constexpr bool holds_key(std::string_view url) noexcept {
    for (; !url.empty(); url.remove_prefix(1)) {
        char text[Format::chars];
        std::string_view rest = url;
        std::size_t chars = 0;
        while (chars < Format::chars && !rest.empty()) {
            text[chars] = next_in_url(rest);
            if (chars < Format::prefix.size() && text[chars] != Format::prefix[chars]) break;
            ++chars;
        }
        if (chars == Format::chars && parse<Format>({text, chars})) return true;
    }
    return false;
}

/// The value of a query parameter's name stops at `=`, the parameter at `&` or `;`, the query at `#`.
[[nodiscard]] constexpr bool has_key_parameter(std::string_view target) noexcept {
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) return false;
    std::string_view query = target.substr(question + 1);
    while (!query.empty()) {
        const std::size_t end = query.find_first_of("&;#?");
        const std::string_view parameter = query.substr(0, end);
        if (names_parameter(parameter.substr(0, parameter.find('=')))) return true;
        if (end == std::string_view::npos) break;
        query.remove_prefix(end + 1);
    }
    return false;
}

}  // namespace detail

/// The text of the one credential in a request: `Authorization: Bearer <key>` (the scheme in any case), the raw
/// `Authorization: <key>` that instance keys use, or `X-API-Key: <key>`. Exactly one field may carry one; a field whose
/// name a gateway could take for one of these (`X_API_Key`) counts as one. A key in the URL, or a query parameter that
/// is named like one, is refused whatever the fields hold. The text is what was sent, not yet parsed.
///
/// Linear in the size of the request; allocates nothing; thread-safe. The result views into `fields`.
/// Source: RFC 9110 §5.5, §11; RFC 6750 §2.1, §3.1.
template <typename Format>
[[nodiscard]] constexpr result<std::string_view, credential_error> find_credential(
    std::span<const header_field> fields, std::string_view target,
    other_schemes others = other_schemes::refuse) noexcept {
    constexpr std::string_view authorization = "Authorization";
    constexpr std::string_view api_key = "X-API-Key";
    if (detail::has_key_parameter(target) || detail::holds_key<Format>(target))
        return credential_error{credential_errc::in_url, "request target"};

    std::optional<std::string_view> found;
    std::string_view found_in;
    bool other_scheme = false;
    for (const header_field& field : fields) {
        const bool is_authorization = detail::names_header(field.name, authorization);
        if (!is_authorization && !detail::names_header(field.name, api_key)) continue;
        const std::string_view name = is_authorization ? authorization : api_key;
        if (field.name.find('_') != std::string_view::npos) return credential_error{credential_errc::malformed, name};

        std::string_view value = detail::trimmed(field.value);
        const std::size_t blank = value.find(' ');
        if (is_authorization && blank != std::string_view::npos) {
            if (!detail::is_credential_text(value.substr(0, blank)))
                return credential_error{credential_errc::malformed, name};
            if (!detail::same_word(value.substr(0, blank), "Bearer")) {
                if (other_scheme) return credential_error{credential_errc::repeated, name};
                other_scheme = true;
                continue;
            }
            value.remove_prefix(blank);
            while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        }
        if (value.size() > detail::max_credential_chars) return credential_error{credential_errc::too_long, name};
        if (!detail::is_credential_text(value)) return credential_error{credential_errc::malformed, name};
        if (found) return credential_error{credential_errc::repeated, name};
        found = value;
        found_in = name;
    }
    if (other_scheme && !(found && others == other_schemes::ignore && found_in == api_key)) {
        return credential_error{found ? credential_errc::repeated : credential_errc::unsupported_scheme, authorization};
    }
    if (!found) return credential_error{credential_errc::missing, authorization};
    return *found;
}

}  // namespace shearline::inline v0

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a request target contains a key: URLs are kept in logs, histories and the Referer field of other requests.
// Depends on http/header_field.hpp and format/parse.hpp; never on an HTTP library.
#pragma once

#include <cstddef>
#include <string_view>

#include <shearline/format/parse.hpp>
#include <shearline/http/header_field.hpp>

namespace shearline::inline v0_1 {

namespace detail {

[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char letter = lower(c);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// Takes the next character of a URL; `%41` counts as the one character that it encodes.
[[nodiscard]] constexpr char next_in_url(std::string_view& rest) noexcept {
    char c = rest.front();
    if (c == '%' && rest.size() >= 3 && hex_digit(rest[1]) >= 0 && hex_digit(rest[2]) >= 0) {
        c = static_cast<char>(hex_digit(rest[1]) * 16 + hex_digit(rest[2]));
        rest.remove_prefix(2);
    }
    rest.remove_prefix(1);
    return c;
}

/// Whether clients send keys in a query parameter of this name. Only letters and digits count: `api_key`, `API-Key`,
/// `api%5Fkey` and `api_key[]` are the same name.
[[nodiscard]] constexpr bool names_key_parameter(std::string_view encoded) noexcept {
    constexpr std::string_view names[] = {"key",         "apikey",   "xapikey",   "token",
                                          "accesstoken", "apitoken", "authtoken", "authorization"};
    constexpr std::size_t longest = 13;
    char name[longest]{};
    std::size_t chars = 0;
    while (!encoded.empty()) {
        const char c = lower(next_in_url(encoded));
        if (!is_alphanumeric(c)) continue;
        if (chars == longest) return false;
        name[chars++] = c;
    }
    for (const std::string_view known : names)
        if (known == std::string_view{name, chars}) return true;
    return false;
}

[[nodiscard]] constexpr bool has_key_parameter(std::string_view target) noexcept {
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) return false;
    std::string_view query = target.substr(question + 1);
    while (!query.empty()) {
        const std::size_t end = query.find_first_of("&;?#");  // old servers split at ';', too
        const std::string_view parameter = query.substr(0, end);
        if (names_key_parameter(parameter.substr(0, parameter.find('=')))) return true;
        if (end == std::string_view::npos) break;
        query.remove_prefix(end + 1);
    }
    return false;
}

/// Whether a key of the format is anywhere in a text, percent-encoded or not.
template <typename Format>
[[nodiscard]] constexpr bool holds_key(std::string_view text) noexcept {
    char key[Format::chars]{};
    for (; !text.empty(); text.remove_prefix(1)) {
        std::string_view rest = text;
        std::size_t chars = 0;
        while (chars < Format::chars && !rest.empty()) {
            key[chars] = next_in_url(rest);
            if (chars < Format::prefix.size() && key[chars] != Format::prefix[chars]) break;
            ++chars;
        }
        if (chars == Format::chars && parse<Format>({key, chars})) return true;
    }
    return false;
}

}  // namespace detail

/// Whether a request target (RFC 9112 §3.2) has a query parameter with a name under which keys are sent, such as
/// `api_key`, whatever its value; or a whole key of the format anywhere: in the path, the query or the user
/// information. It finds mistakes, and not what somebody hides: a key that is encoded twice, or cut, is not found.
///
/// O(size × `Format::chars`); never allocates; thread-safe; variable time: for a text that its sender knows.
template <typename Format>
[[nodiscard]] constexpr bool has_key_in_url(std::string_view target) noexcept {
    return detail::has_key_parameter(target) || detail::holds_key<Format>(target);
}

}  // namespace shearline::inline v0_1

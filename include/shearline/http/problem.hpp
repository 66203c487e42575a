// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The body of an answer that refuses: RFC 9457 problem details, in JSON.
// Depends on http/credential_source.hpp and verdict.hpp; never on a JSON or an HTTP library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shearline/http/credential_source.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

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

namespace detail {

/// The length of the UTF-8 sequence (RFC 3629) at the start of a text, or 0 where there is none.
[[nodiscard]] constexpr std::size_t utf8_sequence(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    const unsigned char second = byte(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
        return 0;
    return length;
}

/// Appends a JSON string (RFC 8259 §7); each byte that is not of a UTF-8 sequence becomes U+FFFD.
inline void append_json(std::string& json, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    json += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        const char c = text.front();
        if (length == 0) {
            json += "\xef\xbf\xbd";
        } else if (c == '"' || c == '\\') {
            (json += '\\') += c;
        } else if (static_cast<unsigned char>(c) < ' ') {
            json += "\\u00";
            json += digits[static_cast<unsigned char>(c) >> 4U];
            json += digits[static_cast<unsigned char>(c) & 0x0fU];
        } else {
            json += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    json += '"';
}

}  // namespace detail

/// The body, for `problem_media_type`: one JSON object, in UTF-8, whatever bytes the texts hold. Linear.
[[nodiscard]] inline std::string to_json(const problem& what) {
    std::string json = "{\"type\":";
    detail::append_json(json, what.type.empty() ? "about:blank" : what.type);
    json += ",\"title\":";
    detail::append_json(json, what.title);
    json += ",\"status\":" + std::to_string(what.status);
    if (!what.detail.empty()) {
        json += ",\"detail\":";
        detail::append_json(json, what.detail);
    }
    if (!what.instance.empty()) {
        json += ",\"instance\":";
        detail::append_json(json, what.instance);
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

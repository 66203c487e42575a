// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a credential may do: scopes of the form `resource:action`, where `*` stands for a whole side.
// Depends on std; never on a store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The longest scope, in characters.
inline constexpr std::size_t max_scope_chars = 128;

/// Whether a text is a scope: two names of `[a-z0-9_.-]`, or `*` in place of one or both, with a colon between, in at
/// most `max_scope_chars` characters. Linear; thread-safe.
[[nodiscard]] constexpr bool is_scope(std::string_view text) noexcept {
    constexpr auto is_side = [](std::string_view side) {
        if (side == "*") return true;
        for (const char c : side)
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-')) return false;
        return !side.empty();
    };
    std::size_t colon = 0;  // not found by find(): g++ 12 with UBSan takes that for no constant expression
    while (colon < text.size() && text[colon] != ':') ++colon;
    return text.size() <= max_scope_chars && colon < text.size() && is_side(text.substr(0, colon)) &&
           is_side(text.substr(colon + 1));
}

/// Whether a held scope covers a required one: each side is equal, or `*` in the held scope. False if one of them is
/// not a scope. Linear; thread-safe; variable time, because scopes are not secret.
[[nodiscard]] constexpr bool scope_covers(std::string_view held, std::string_view required) noexcept {
    if (!is_scope(held) || !is_scope(required)) return false;
    const std::size_t h = held.find(':');
    const std::size_t r = required.find(':');
    const auto side_covers = [](std::string_view have, std::string_view need) { return have == "*" || have == need; };
    return side_covers(held.substr(0, h), required.substr(0, r)) &&
           side_covers(held.substr(h + 1), required.substr(r + 1));
}

/// Whether `join_scopes` can be undone for these scopes: none is empty, and none has a space. Linear.
[[nodiscard]] inline bool can_join(const std::vector<std::string>& scopes) noexcept {
    for (const std::string& one : scopes)
        if (one.empty() || one.find(' ') != std::string::npos) return false;
    return true;
}

/// The scopes as one text, separated by spaces (as in OAuth 2.0, RFC 6749 §3.3). Linear.
[[nodiscard]] inline std::string join_scopes(const std::vector<std::string>& scopes) {
    std::string text;
    for (const std::string& one : scopes) text.append(text.empty() ? "" : " ").append(one);
    return text;
}

/// The scopes in such a text; an additional space gives an empty one. Linear.
[[nodiscard]] inline std::vector<std::string> split_scopes(std::string_view text) {
    std::vector<std::string> all;
    if (text.empty()) return all;
    for (;;) {
        const std::size_t end = text.find(' ');
        all.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return all;
        text.remove_prefix(end + 1);
    }
}

/// Whether any of the held scopes covers the required one. Linear in their total length; thread-safe.
[[nodiscard]] inline bool scopes_cover(const std::vector<std::string>& held, std::string_view required) noexcept {
    for (const std::string& scope : held)
        if (scope_covers(scope, required)) return true;
    return false;
}

}  // namespace shearline::inline v0_1

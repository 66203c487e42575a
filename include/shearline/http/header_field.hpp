// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One header field of a request, from any HTTP library.
// Depends on std; never on an HTTP library.
#pragma once

#include <cstddef>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A field as it was received: one for each line, not joined. The views are into the request, which must outlive it.
struct header_field {
    std::string_view name;
    std::string_view value;
};

namespace detail {

[[nodiscard]] constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

/// Whether two texts are equal without regard to the case of ASCII letters, as names of fields and of authentication
/// schemes are compared (RFC 9110 §5.1, §11.1). Linear.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

}  // namespace detail

}  // namespace shearline::inline v0_1

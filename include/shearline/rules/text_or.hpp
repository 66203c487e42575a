// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A parameter that is a text, or explicitly "any": an empty text never means "any".
// Depends on std; never on a store.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A text, or `Any`. An empty text, for example from a look-up that failed, is not `Any`: functions with such a
/// parameter refuse it. The text must outlive this. A literal type; each member is O(1); thread-safe.
template <typename Any>
class text_or {
public:
    constexpr text_or(Any) noexcept {}  // NOLINT(*-explicit-*)
    template <std::convertible_to<std::string_view> Text>
    constexpr text_or(const Text& text) noexcept : m_text{text} {  // NOLINT(*-explicit-*)
        if (m_text.empty()) m_text = std::string_view{""};
    }
    text_or() = delete;  // `{}` could mean either: write which one
    text_or(std::nullptr_t) = delete;

    [[nodiscard]] constexpr bool is_any() const noexcept { return m_text.data() == nullptr; }
    /// The text; empty if this is `Any`.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return m_text; }

private:
    std::string_view m_text;  // null data: any
};

/// The type of `any_scope`.
struct any_scope_t {
    explicit any_scope_t() = default;
};
/// Accepts any valid key, whatever its scopes.
inline constexpr any_scope_t any_scope{};
/// The scope that a key must hold, or `any_scope`.
using required_scope = text_or<any_scope_t>;

/// The type of `all_tenants`.
struct all_tenants_t {
    explicit all_tenants_t() = default;
};
/// The items of every tenant.
inline constexpr all_tenants_t all_tenants{};
/// A tenant, or `all_tenants`.
using tenant_filter = text_or<all_tenants_t>;

}  // namespace shearline::inline v0_1

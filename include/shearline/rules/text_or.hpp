// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A text that narrows, or by its own name the absence of any: an empty text never means "anything".
// Depends on std; never on a store.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A parameter that takes a text, or else `Any` by its name. A text that is empty, such as one that was looked up and
/// not found, is refused by what takes it. Borrows the text; a literal type.
template <typename Any>
class text_or {
public:
    constexpr text_or(Any) noexcept {}  // NOLINT(*-explicit-*)
    template <std::convertible_to<std::string_view> Text>
    constexpr text_or(const Text& text) noexcept : m_text{text} {  // NOLINT(*-explicit-*)
        if (m_text.empty()) m_text = std::string_view{""};
    }
    text_or() = delete;  // `{}` is neither: say which
    text_or(std::nullptr_t) = delete;

    [[nodiscard]] constexpr bool is_any() const noexcept { return m_text.data() == nullptr; }
    /// The text; empty where it is any.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return m_text; }

private:
    std::string_view m_text;  // null for any, and only then
};

/// The type of `any_scope`.
struct any_scope_t {
    explicit any_scope_t() = default;
};
/// Any good key will do, whatever its scopes.
inline constexpr any_scope_t any_scope{};
/// The scope that a key must hold, or `any_scope`.
using required_scope = text_or<any_scope_t>;

/// The type of `all_tenants`.
struct all_tenants_t {
    explicit all_tenants_t() = default;
};
/// Those of every tenant.
inline constexpr all_tenants_t all_tenants{};
/// A tenant, or `all_tenants`.
using tenant_filter = text_or<all_tenants_t>;

}  // namespace shearline::inline v0_1

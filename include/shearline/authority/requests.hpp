// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Checks requests for changes: the limits of names, scopes, metadata, reasons and tokens.
// Depends on credential/ and rules/scopes.hpp; never on a store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shearline/credential/credential.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/rules/text_or.hpp>

namespace shearline::inline v0_1::detail {

inline constexpr std::size_t max_name_bytes = 255;
inline constexpr std::size_t max_text_bytes = 1'000;
inline constexpr std::size_t max_scopes = 64;
inline constexpr std::size_t max_metadata = 64;
inline constexpr std::size_t min_token_chars = 22;

/// Whether a text is short enough and has no control characters, which would break the lines and tables that show it.
[[nodiscard]] inline bool is_plain(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() > max_bytes) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    return true;
}

[[nodiscard]] inline error bad(std::string_view what, std::string_view must) {
    return {errc::invalid_argument, std::string{what} + " must be " + std::string{must}};
}

/// Whether a context can go into the audit; `invalid_argument` names the part that cannot.
[[nodiscard]] inline result<void> check(const request_context& by) {
    if (by.actor.empty() || !is_plain(by.actor, max_name_bytes))
        return bad("actor", "1 to 255 bytes without control characters");
    if (!is_plain(by.source_address, max_name_bytes))
        return bad("source_address", "at most 255 bytes without control characters");
    if (!is_plain(by.reason, max_text_bytes)) return bad("reason", "at most 1,000 bytes without control characters");
    const std::string& token = by.idempotency_token;
    if (!token.empty() && (token.size() < min_token_chars || token.size() > max_name_bytes || !is_visible(token)))
        return bad("idempotency_token", "22 to 255 visible ASCII characters, chosen at random with at least 128 bits");
    return {};
}

/// Whether a tenant filter is valid: an empty text is not a tenant, and never means all tenants.
[[nodiscard]] inline result<void> check(tenant_filter of) {
    if (of.is_any() || !of.text().empty()) return {};
    return error{errc::invalid_argument, "the tenant is empty: name one, or pass `all_tenants`"};
}

/// Whether a credential can be issued as requested; `invalid_argument` names the invalid part.
[[nodiscard]] inline result<void> check(const new_credential& asked) {
    if (asked.tenant.empty() || !is_plain(asked.tenant, max_name_bytes))
        return bad("tenant", "1 to 255 bytes without control characters");
    if (asked.name.empty() || !is_plain(asked.name, max_name_bytes))
        return bad("name", "1 to 255 bytes without control characters");
    if (asked.scopes.size() > max_scopes) return bad("scopes", "at most 64");
    for (std::size_t i = 0; i < asked.scopes.size(); ++i) {
        const std::string& scope = asked.scopes[i];
        if (!is_scope(scope))
            return bad("each scope", "`resource:action` of a-z 0-9 _ . - or `*`, in at most 128 characters");
        for (std::size_t earlier = 0; earlier < i; ++earlier)
            if (asked.scopes[earlier] == scope) return bad("each scope", "given once: " + scope + " is given twice");
    }
    if (asked.metadata.size() > max_metadata) return bad("metadata", "at most 64 entries");
    for (const auto& [name, value] : asked.metadata)
        if (name.empty() || !is_plain(name, max_name_bytes) || value.size() > max_text_bytes)
            return bad("metadata", "names of 1 to 255 bytes, and values of at most 1,000");
    if (asked.not_before && asked.expires_at && *asked.expires_at <= *asked.not_before)
        return bad("expires_at", "after not_before");
    return {};
}

}  // namespace shearline::inline v0_1::detail

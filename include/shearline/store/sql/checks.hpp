// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Converts values to columns, and checks that a value can be stored: what is written can be read back.
// Depends on credential/, store/change.hpp; for the stores in SQL databases, never on one of them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail::sql {

/// The most bytes of text in one row; leaves room for the row's other columns.
inline constexpr std::size_t max_row_text_bytes = 60'000;
/// Metadata entries of one credential.
inline constexpr std::size_t max_labels = 1'000;
/// Keys of one credential that are not revoked; an authority makes two at most.
inline constexpr std::size_t max_live_keys = 1'000;
/// Bytes of the sealed text of one key.
inline constexpr std::size_t max_box_bytes = 1'024;

inline constexpr std::uint64_t max_number = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t last_unix_ms = 253'402'300'799'999;  // the end of the year 9999

constexpr std::int64_t column(std::uint32_t number) noexcept { return number; }
constexpr std::int64_t column(std::uint64_t number) noexcept { return static_cast<std::int64_t>(number); }
constexpr std::int64_t column(timestamp at) noexcept { return to_unix_ms(at); }
constexpr std::int64_t column(handle key) noexcept { return std::bit_cast<std::int64_t>(key.value); }
constexpr std::int64_t column(key_state state) noexcept { return static_cast<std::int64_t>(state); }
constexpr std::int64_t column(change_kind kind) noexcept { return static_cast<std::int64_t>(kind); }
inline std::string column(const credential_id& id) { return id.to_string(); }
template <typename T>
constexpr std::optional<std::int64_t> column(const std::optional<T>& value) noexcept {
    return value ? std::optional{column(*value)} : std::nullopt;
}

// Each check here has its counterpart in row_reader.hpp.

constexpr bool is_good(timestamp at) noexcept { return to_unix_ms(at) >= 0 && to_unix_ms(at) <= last_unix_ms; }
constexpr bool is_good(const std::optional<timestamp>& at) noexcept { return !at || is_good(*at); }
constexpr bool is_good(const credential_id& id) noexcept { return id != credential_id{}; }
constexpr bool is_good(handle key) noexcept { return key.value != 0; }
constexpr bool is_good(const std::optional<handle>& key) noexcept { return !key || is_good(*key); }
constexpr bool is_count(std::uint64_t number) noexcept { return number >= 1 && number <= max_number; }

/// Whether the texts of one row are within the limit.
[[nodiscard]] inline bool fit(std::initializer_list<std::string_view> texts) {
    std::size_t sum = 0;
    for (const std::string_view text : texts) sum += std::min(text.size(), max_row_text_bytes + 1);
    return sum <= max_row_text_bytes;
}

[[nodiscard]] inline bool is_good(const credential& owner) {
    bool good = is_good(owner.id) && is_good(owner.not_before) && is_good(owner.expires_at) &&
                is_good(owner.created_at) && is_good(owner.revoked_at) && is_count(owner.generation) &&
                is_count(owner.version) && fit({owner.tenant, owner.name, join_scopes(owner.scopes)}) &&
                can_join(owner.scopes) && owner.metadata.size() <= max_labels;
    for (const auto& [label, value] : owner.metadata) good = good && fit({label, value});
    return good;
}

[[nodiscard]] inline bool is_good(const record& key) {
    return fit({key.format}) && is_good(key.handle) && is_good(key.credential) && is_count(key.generation) &&
           key_state_from(column(key.state)) && key.digest.pepper != 0 && is_good(key.created_at) &&
           is_good(key.retires_at) && is_good(key.revoked_at) && is_good(key.last_used_at) && key.uses <= max_number &&
           (!key.sealed ||
            (key.sealed->sealing_key != 0 && !key.sealed->box.empty() && key.sealed->box.size() <= max_box_bytes));
}

/// A `switch` over all kinds: a new kind does not compile until it is added here.
[[nodiscard]] constexpr bool is_good(change_kind kind) noexcept {
    switch (kind) {
        case change_kind::issued:
        case change_kind::rotated:
        case change_kind::key_revoked:
        case change_kind::credential_revoked:
        case change_kind::suspended:
        case change_kind::resumed:
        case change_kind::amended:
        case change_kind::closed: return true;
    }
    return false;
}

[[nodiscard]] inline bool is_good(const audit_event& event) {
    return is_good(event.at) && is_good(event.credential) && is_good(event.handle) &&
           fit({event.actor, event.action, event.tenant, event.source_address, event.reason});
}

[[nodiscard]] inline bool is_good(const usage& use) { return is_good(use.last_used_at) && use.uses <= max_number; }

/// `invalid_argument` for a value that could not be read back as it was.
template <typename T>
[[nodiscard]] result<void> storable(const T& value, std::string_view what) {
    if (is_good(value)) return {};
    return error{errc::invalid_argument, std::string{what} +
                                             " has a number, a time or a text out of range: it cannot "
                                             "be stored"};
}

}  // namespace shearline::inline v0_1::detail::sql

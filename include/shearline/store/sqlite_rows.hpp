// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How values become columns and rows become values again: a row that we would not have written is `corrupt`.
// Depends on credential/, store/change.hpp and store/sqlite_connection.hpp; for sqlite_store.hpp, not in the umbrella.
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
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/sqlite_connection.hpp>

namespace shearline::inline v0 {

namespace detail::sqlite {

inline constexpr std::uint64_t max_number = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t last_unix_ms = 253'402'300'799'999;  // the end of the year 9999

constexpr std::int64_t column(std::uint32_t number) noexcept { return number; }
constexpr std::int64_t column(std::uint64_t number) noexcept { return static_cast<std::int64_t>(number); }
constexpr std::int64_t column(timestamp at) noexcept { return to_unix_ms(at); }
constexpr std::int64_t column(handle key) noexcept { return std::bit_cast<std::int64_t>(key.value); }
constexpr std::int64_t column(key_state state) noexcept { return static_cast<std::int64_t>(state); }
constexpr std::int64_t column(change_kind kind) noexcept { return static_cast<std::int64_t>(kind); }
constexpr std::int64_t column(key_kind kind) noexcept { return static_cast<std::int64_t>(kind); }
inline std::string column(const credential_id& id) { return id.to_string(); }
template <typename T>
constexpr std::optional<std::int64_t> column(const std::optional<T>& value) noexcept {
    return value ? std::optional{column(*value)} : std::nullopt;
}

// What may be written is what may be read: each of these is met by the reader of the same thing, below.

constexpr bool is_good(timestamp at) noexcept { return to_unix_ms(at) >= 0 && to_unix_ms(at) <= last_unix_ms; }
constexpr bool is_good(const std::optional<timestamp>& at) noexcept { return !at || is_good(*at); }
constexpr bool is_good(const credential_id& id) noexcept { return id != credential_id{}; }
constexpr bool is_good(handle key) noexcept { return key.value != 0; }
constexpr bool is_good(const std::optional<handle>& key) noexcept { return !key || is_good(*key); }
constexpr bool is_count(std::uint64_t number) noexcept { return number >= 1 && number <= max_number; }

/// Whether the texts of one row stay within bounds.
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

/// A `switch` that names them all: a new kind does not compile until it is here.
[[nodiscard]] constexpr bool is_good(change_kind kind) noexcept {
    switch (kind) {
        case change_kind::issued:
        case change_kind::rotated:
        case change_kind::key_revoked:
        case change_kind::credential_revoked:
        case change_kind::suspended:
        case change_kind::resumed: return true;
    }
    return false;
}

[[nodiscard]] constexpr bool is_good(key_kind kind) noexcept {
    switch (kind) {
        case key_kind::pepper:
        case key_kind::sealing: return true;
    }
    return false;
}

[[nodiscard]] inline bool is_good(const audit_event& event) {
    return is_good(event.at) && is_good(event.credential) && is_good(event.handle) &&
           fit({event.actor, event.action, event.tenant, event.source_address, event.reason});
}

/// `invalid_argument` for a value that no store could give back as it was.
template <typename T>
[[nodiscard]] result<void> storable(const T& value, std::string_view what) {
    if (is_good(value)) return {};
    return error{errc::invalid_argument, std::string{what} +
                                             " has a number, a time or a text out of bounds: it cannot "
                                             "be kept"};
}

/// Takes the columns of a row one after another. The first that is not what we would have written is remembered, and
/// from then on everything reads as nothing; `done` tells.
class row_reader {
public:
    explicit row_reader(const query& row) noexcept : m_row{&row} {}

    std::int64_t integer(std::int64_t least, std::int64_t most) {
        const int at = m_at++;
        if (!expect(at, SQLITE_INTEGER)) return least;
        const std::int64_t value = m_row->integer(at);
        return refuse_unless(value >= least && value <= most, at) ? value : least;
    }
    std::uint64_t count(std::int64_t least = 1) {
        return static_cast<std::uint64_t>(integer(least, std::numeric_limits<std::int64_t>::max()));
    }
    std::uint32_t small_count() {
        return static_cast<std::uint32_t>(integer(1, std::numeric_limits<std::uint32_t>::max()));
    }
    /// All 64 bits, with a meaning of their own.
    std::uint64_t bits() {
        return std::bit_cast<std::uint64_t>(
            integer(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
    }
    timestamp time() { return from_unix_ms(integer(0, last_unix_ms)); }
    shearline::handle handle() {
        const int at = m_at;
        const shearline::handle key{bits()};
        refuse_unless(is_good(key), at);
        return key;
    }
    /// The number of an enumerator for which `is_good` holds.
    template <typename Enum>
    Enum one_of() {
        const int at = m_at;
        const auto value = static_cast<Enum>(integer(0, std::numeric_limits<std::underlying_type_t<Enum>>::max()));
        refuse_unless(is_good(value), at);
        return value;
    }
    key_state state() {
        const auto state = key_state_from(integer(1, 4));
        return state ? *state : key_state::revoked;
    }
    /// A text in the row's own memory: until the next row.
    std::string_view text_view() { return bytes(SQLITE_TEXT, max_row_text_bytes); }
    std::string text() { return std::string{text_view()}; }
    /// Scopes in the one spelling of `join_scopes`: none of them is empty.
    std::string_view scope_text() {
        const int at = m_at;
        const std::string_view text = text_view();
        const bool good = !text.starts_with(' ') && !text.ends_with(' ') && text.find("  ") == std::string_view::npos;
        return refuse_unless(good, at) ? text : std::string_view{};
    }
    std::vector<std::string> scopes() { return split_scopes(scope_text()); }
    credential_id id() {
        const int at = m_at;
        const auto id = credential_id::parse(bytes(SQLITE_TEXT, credential_id::text_chars));
        return refuse_unless(static_cast<bool>(id), at) ? *id : credential_id{};
    }
    /// The digest in a PHC string, which must name the handle of its row.
    stored_digest digest_of(shearline::handle owner) {
        const int at = m_at;
        const auto read = stored_digest::parse(bytes(SQLITE_TEXT, max_row_text_bytes));
        return refuse_unless(read && read->handle == owner, at) ? read->digest : stored_digest{};
    }
    std::optional<hash_name> hash() {
        const int at = m_at;
        const auto name = hash_name::parse(bytes(SQLITE_TEXT, hash_name::max_chars));
        refuse_unless(name.has_value(), at);
        return name;
    }
    template <std::size_t Bytes>
    std::array<std::byte, Bytes> blob() {
        const int at = m_at;
        std::array<std::byte, Bytes> value{};
        const std::string_view found = bytes(SQLITE_BLOB, Bytes);
        if (refuse_unless(found.size() == Bytes, at)) copy(found, value.data());
        return value;
    }
    std::vector<std::byte> blob_up_to(std::size_t most) {
        const std::string_view found = bytes(SQLITE_BLOB, most);
        std::vector<std::byte> value(found.size());
        copy(found, value.data());
        return value;
    }
    /// What `read(*this)` takes, or nothing where the next column is null. `read` takes one column.
    template <typename Read>
    auto optional(Read read) -> std::optional<decltype(read(*this))> {
        if (next_is_null()) return std::nullopt;
        return read(*this);
    }
    std::optional<timestamp> optional_time() {
        return optional([](row_reader& row) { return row.time(); });
    }
    std::optional<shearline::handle> optional_handle() {
        return optional([](row_reader& row) { return row.handle(); });
    }
    std::optional<sealed_text> sealed() {
        if (next_is_null()) {  // and then so must the other two be
            const int at = m_at;
            refuse_unless(next_is_null() && next_is_null(), at);
            return std::nullopt;
        }
        return sealed_text{small_count(), blob<24>(), blob_up_to(max_box_bytes)};
    }

    /// Refuses the row where something else about it is not as it must be.
    void require(bool good) { refuse_unless(good, 0); }

    [[nodiscard]] result<void> done() const {
        if (m_bad < 0) return {};
        return error{errc::corrupt, m_row->path() + ": a row is not what this library writes (its column '" +
                                        m_row->name(m_bad) + "'): restore it from a backup"};
    }

private:
    bool refuse_unless(bool good, int at) {
        if (!good && m_bad < 0) m_bad = at;
        return m_bad < 0;
    }
    bool expect(int at, int type) { return refuse_unless(m_row->type(at) == type, at); }
    bool next_is_null() {
        const bool null = m_row->type(m_at) == SQLITE_NULL;
        if (null) ++m_at;
        return null;
    }
    std::string_view bytes(int type, std::size_t most) {
        const int at = m_at++;
        if (!expect(at, type)) return {};
        const std::string_view found = m_row->bytes(at);
        return refuse_unless(found.size() <= most, at) ? found : std::string_view{};
    }
    static void copy(std::string_view from, std::byte* to) noexcept {
        std::transform(from.begin(), from.end(), to, [](char c) { return static_cast<std::byte>(c); });
    }

    const query* m_row;
    int m_at = 0;
    int m_bad = -1;  // the first bad column
};

}  // namespace detail::sqlite

}  // namespace shearline::inline v0

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Converts rows to values: a row that this library would not have written is `corrupt`.
// Depends on store/sql/checks.hpp; for the stores in SQL databases, never on one of them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <shearline/credential/record.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/sql/checks.hpp>

namespace shearline::inline v0_1::detail::sql {

/// What a column of a row holds.
enum class column_kind : std::uint8_t { null, integer, text, blob };

/// Reads the columns of a row one after another. The first one that this library would not have written is remembered;
/// after it every read gives an empty value, and `done` returns the error.
template <typename Query>
class row_reader {
public:
    explicit row_reader(const Query& row) noexcept : m_row{&row} {}

    std::int64_t integer(std::int64_t least, std::int64_t most) {
        const int at = m_at++;
        if (!expect(at, column_kind::integer)) return least;
        const std::int64_t value = m_row->integer(at);
        return refuse_unless(value >= least && value <= most, at) ? value : least;
    }
    std::uint64_t count(std::int64_t least = 1) {
        return static_cast<std::uint64_t>(integer(least, std::numeric_limits<std::int64_t>::max()));
    }
    std::uint32_t small_count() {
        return static_cast<std::uint32_t>(integer(1, std::numeric_limits<std::uint32_t>::max()));
    }
    /// All 64 bits, as they are.
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
    /// A text in the row's own memory, valid until the next row.
    std::string_view text_view() { return bytes(column_kind::text, max_row_text_bytes); }
    std::string text() { return std::string{text_view()}; }
    /// Scopes as `join_scopes` writes them: none is empty.
    std::string_view scope_text() {
        const int at = m_at;
        const std::string_view text = text_view();
        const bool good = !text.starts_with(' ') && !text.ends_with(' ') && text.find("  ") == std::string_view::npos;
        return refuse_unless(good, at) ? text : std::string_view{};
    }
    std::vector<std::string> scopes() { return split_scopes(scope_text()); }
    credential_id id() {
        const int at = m_at;
        const auto id = credential_id::parse(bytes(column_kind::text, credential_id::text_chars));
        return refuse_unless(static_cast<bool>(id), at) ? *id : credential_id{};
    }
    /// The digest in a PHC string, which must name the handle of its row.
    stored_digest digest_of(shearline::handle owner) {
        const int at = m_at;
        const auto read = stored_digest::parse(bytes(column_kind::text, max_row_text_bytes));
        return refuse_unless(read && read->handle == owner, at) ? read->digest : stored_digest{};
    }
    std::optional<hash_name> hash() {
        const int at = m_at;
        const auto name = hash_name::parse(bytes(column_kind::text, hash_name::max_chars));
        refuse_unless(name.has_value(), at);
        return name;
    }
    template <std::size_t Bytes>
    std::array<std::byte, Bytes> blob() {
        const int at = m_at;
        std::array<std::byte, Bytes> value{};
        const std::string_view found = bytes(column_kind::blob, Bytes);
        if (refuse_unless(found.size() == Bytes, at)) copy(found, value.data());
        return value;
    }
    std::vector<std::byte> blob_up_to(std::size_t most) {
        const std::string_view found = bytes(column_kind::blob, most);
        std::vector<std::byte> value(found.size());
        copy(found, value.data());
        return value;
    }
    /// What `read(*this)` returns, or nothing if the next column is null. `read` reads one column.
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
    row_proof proof() {
        const auto key = static_cast<std::uint32_t>(integer(0, std::numeric_limits<std::uint32_t>::max()));
        return {key, blob<sizeof(digest_bytes)>()};
    }
    std::optional<sealed_text> sealed() {
        if (next_is_null()) {  // then the other two must be null as well
            const int at = m_at;
            refuse_unless(next_is_null() && next_is_null(), at);
            return std::nullopt;
        }
        return sealed_text{small_count(), blob<24>(), blob_up_to(max_box_bytes)};
    }

    /// Passes over columns.
    void skip(std::size_t columns) noexcept { m_at += static_cast<int>(columns); }

    /// Whether the next column is null, which is passed over then.
    bool next_is_null() {
        const bool null = m_row->holds(m_at, column_kind::null);
        if (null) ++m_at;
        return null;
    }

    /// Refuses the row unless a further condition holds.
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
    bool expect(int at, column_kind kind) { return refuse_unless(m_row->holds(at, kind), at); }
    std::string_view bytes(column_kind kind, std::size_t most) {
        const int at = m_at++;
        if (!expect(at, kind)) return {};
        const std::string_view found = m_row->bytes(at);
        return refuse_unless(found.size() <= most, at) ? found : std::string_view{};
    }
    static void copy(std::string_view from, std::byte* to) noexcept {
        if (!from.empty()) std::memcpy(to, from.data(), from.size());
    }

    const Query* m_row;
    int m_at = 0;
    int m_bad = -1;  // the first bad column
};

}  // namespace shearline::inline v0_1::detail::sql

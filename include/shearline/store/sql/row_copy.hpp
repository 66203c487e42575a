// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Copies the rows of one SQL store into another, or compares them, as they are: also rows that were edited.
// Depends on store/sql/queries.hpp; for move_store.hpp, never on one of the stores.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::sql {

/// A column of all SQL stores; what is a text in SQLite is bytes in PostgreSQL.
struct copied_column {
    std::string_view name;
    column_kind kind;
};

/// A table that all SQL stores have, with the columns that order its rows first.
template <std::size_t Columns>
struct copied_table {
    std::string_view name;
    std::size_t keys;
    std::array<copied_column, Columns> columns;
    std::string_view only{};  ///< the rows that are copied; all, if empty
};

inline constexpr auto number_column = column_kind::integer;
inline constexpr auto text_column = column_kind::text;
inline constexpr auto bytes_column = column_kind::blob;

inline constexpr copied_table<15> credential_table{"credential",
                                                   1,
                                                   {{{"ordinal", number_column},
                                                     {"id", text_column},
                                                     {"tenant", text_column},
                                                     {"name", text_column},
                                                     {"scopes", text_column},
                                                     {"not_before", number_column},
                                                     {"expires_at", number_column},
                                                     {"suspended", number_column},
                                                     {"generation", number_column},
                                                     {"version", number_column},
                                                     {"created_at", number_column},
                                                     {"revoked_at", number_column},
                                                     {"metadata_digest", bytes_column},
                                                     {"proof_key", number_column},
                                                     {"proof", bytes_column}}}};
inline constexpr copied_table<4> metadata_table{
    "credential_metadata",
    2,
    {{{"credential", text_column}, {"ordinal", number_column}, {"label", text_column}, {"value", text_column}}}};
inline constexpr copied_table<14> record_table{"record",
                                               4,
                                               {{{"credential", number_column},
                                                 {"generation", number_column},
                                                 {"format", text_column},
                                                 {"handle", number_column},
                                                 {"state", number_column},
                                                 {"digest", text_column},
                                                 {"created_at", number_column},
                                                 {"retires_at", number_column},
                                                 {"revoked_at", number_column},
                                                 {"last_used_at", number_column},
                                                 {"uses", number_column},
                                                 {"sealing_key", number_column},
                                                 {"nonce", bytes_column},
                                                 {"box", bytes_column}}}};
inline constexpr copied_table<6> change_table{"change",
                                              1,
                                              {{{"sequence", number_column},
                                                {"kind", number_column},
                                                {"credential", text_column},
                                                {"version", number_column},
                                                {"at", number_column},
                                                {"tag", number_column}}},
                                              "kind <> 8"};  // `change_kind::closed` is of the source alone
inline constexpr copied_table<9> audit_table{"audit_event",
                                             1,
                                             {{{"sequence", number_column},
                                               {"at", number_column},
                                               {"actor", text_column},
                                               {"action", text_column},
                                               {"tenant", text_column},
                                               {"credential", text_column},
                                               {"handle", number_column},
                                               {"source_address", text_column},
                                               {"reason", text_column}}}};
inline constexpr copied_table<8> idempotency_table{"idempotency",
                                                   1,
                                                   {{{"token", bytes_column},
                                                     {"arguments", bytes_column},
                                                     {"credential", text_column},
                                                     {"handle", number_column},
                                                     {"created_at", number_column},
                                                     {"expires_at", number_column},
                                                     {"proof_key", number_column},
                                                     {"proof", bytes_column}}}};
inline constexpr copied_table<2> hash_table{"format_hash", 1, {{{"format", text_column}, {"hash", text_column}}}};
inline constexpr copied_table<5> identity_table{"keyring_check",
                                                1,
                                                {{{"one", number_column},
                                                  {"store", bytes_column},
                                                  {"keyring", text_column},
                                                  {"proof_key", number_column},
                                                  {"proof", bytes_column}}}};
inline constexpr std::size_t copied_tables = 8;

/// Calls `body.template operator()<Table>() -> result<void>` for each table, those first that others refer to.
template <typename Body>
[[nodiscard]] result<void> each_table(Body body) {
    auto done = body.template operator()<credential_table>();
    if (done) done = body.template operator()<metadata_table>();
    if (done) done = body.template operator()<record_table>();
    if (done) done = body.template operator()<change_table>();
    if (done) done = body.template operator()<audit_table>();
    if (done) done = body.template operator()<idempotency_table>();
    if (done) done = body.template operator()<hash_table>();
    if (done) done = body.template operator()<identity_table>();
    return done;
}

/// The statements of one table; a connection keeps them by their address.
struct copy_statements {
    std::string count, first_page, next_page, insert;
};
template <const auto& Table>
[[nodiscard]] const copy_statements& statements_for() {
    static const copy_statements& made = *[] {  // it lives as long as any connection
        std::string names;
        std::string keys;
        std::string above;
        std::string values;
        for (std::size_t i = 0; i < Table.columns.size(); ++i) {
            const std::string_view comma = i == 0 ? "" : ", ";
            const std::string parameter = "?" + std::to_string(i + 1);
            names.append(comma).append(Table.columns[i].name);
            values.append(comma).append(parameter);
            if (i >= Table.keys) continue;
            keys.append(comma).append(Table.columns[i].name);
            above.append(comma).append(parameter);
        }
        const std::string from = " FROM main." + std::string{Table.name};
        const std::string only = Table.only.empty() ? "" : " WHERE " + std::string{Table.only};
        const std::string after = (only.empty() ? " WHERE (" : only + " AND (") + keys + ") > (" + above + ")";
        return new copy_statements{
            "SELECT count(*)" + from + only, "SELECT " + names + from + only + " ORDER BY " + keys + " LIMIT ?1",
            "SELECT " + names + from + after + " ORDER BY " + keys + " LIMIT ?" + std::to_string(Table.keys + 1),
            "INSERT INTO main." + std::string{Table.name} + "(" + names + ") VALUES (" + values + ")"};
    }();
    return made;
}

/// One value of a row.
struct copied_value {
    bool is_null = true;
    std::int64_t number = 0;
    std::string bytes{};

    friend bool operator==(const copied_value&, const copied_value&) = default;
};

/// A value as the connections bind it.
template <column_kind Kind>
[[nodiscard]] auto to_bind(const copied_value& value) {
    if constexpr (Kind == column_kind::integer) {
        return value.is_null ? std::optional<std::int64_t>{} : std::optional{value.number};
    } else if constexpr (Kind == column_kind::text) {
        return value.is_null ? std::optional<std::string_view>{} : std::optional{std::string_view{value.bytes}};
    } else {
        using blob = std::span<const std::byte>;
        return value.is_null ? std::optional<blob>{} : std::optional{std::as_bytes(std::span{value.bytes})};
    }
}

/// Calls `use(values…)` with the first `Count` values of a row.
template <const auto& Table, std::size_t Count, typename Row, typename Use>
auto with_values(const Row& row, Use use) {
    return [&]<std::size_t... At>(std::index_sequence<At...>) {
        return use(to_bind<Table.columns[At].kind>(row[At])...);
    }(std::make_index_sequence<Count>{});
}

/// Reads a table page by page, in the order of its keys, so that no more than a page is in memory.
template <const auto& Table, typename Connection>
class table_pages {
public:
    using row = std::array<copied_value, Table.columns.size()>;

    explicit table_pages(Connection& on) noexcept : m_on{&on} {}

    /// The next rows; none after the last.
    [[nodiscard]] result<std::vector<row>> next() {
        const copy_statements& all = statements_for<Table>();
        if (!m_last) return take(m_on->prepare(all.first_page, rows_at_once));
        return with_values<Table, Table.keys>(
            *m_last, [&](const auto&... keys) { return take(m_on->prepare(all.next_page, keys..., rows_at_once)); });
    }

private:
    static constexpr std::int64_t rows_at_once = 200;

    template <typename Rows>
    result<std::vector<row>> take(result<Rows> found) {
        if (!found) return std::move(found).error();
        std::vector<row> page;
        for (;;) {
            auto more = found->next();
            if (!more) return std::move(more).error();
            if (!*more) break;
            row& one = page.emplace_back();
            for (std::size_t i = 0; i < one.size(); ++i) {
                const int at = static_cast<int>(i);
                const column_kind kind = Table.columns[i].kind;
                one[i].is_null = found->holds(at, column_kind::null);
                if (one[i].is_null) continue;
                if (!found->holds(at, kind))
                    return error{errc::corrupt, found->path() + ": a value of the table `" + std::string{Table.name} +
                                                    "` is not of its column's type: restore it from a backup"};
                if (kind == column_kind::integer)
                    one[i].number = found->integer(at);
                else
                    one[i].bytes = found->bytes(at);
            }
        }
        if (!page.empty()) m_last = page.back();
        return page;
    }

    Connection* m_on;
    std::optional<row> m_last;
};

/// How many rows each table has, in the order of `each_table`.
using row_counts = std::array<std::uint64_t, copied_tables>;

template <typename Connection>
[[nodiscard]] result<row_counts> count_rows(Connection& on) {
    row_counts found{};
    std::size_t at = 0;
    auto done = each_table([&]<const auto & Table>() {
        return each_row(
            on, 1, [&](auto& row) { found[at++] = row.count(0); }, statements_for<Table>().count);
    });
    if (!done) return std::move(done).error();
    return found;
}

/// Copies all rows into a store that has none, in the transactions that both connections are in; calls `told(rows)`
/// after each page. The errors of the connections, with the name of the table.
template <typename From, typename To, typename Told>
[[nodiscard]] result<void> copy_rows(From& from, To& to, Told told) {
    return each_table([&]<const auto & Table>() -> result<void> {
        const auto where = [](const error& why) {
            return error{why.code(), why.context() + " (while the table `" + std::string{Table.name} + "` was copied)"};
        };
        table_pages<Table, From> pages{from};
        for (;;) {
            const auto page = pages.next();
            if (!page) return where(page.error());
            if (page->empty()) return {};
            for (std::size_t i = 0; i < page->size(); ++i) {
                const bool is_last = i + 1 == page->size();  // with it, the others are sent
                auto done = with_values<Table, Table.columns.size()>((*page)[i], [&](const auto&... values) {
                    const std::string& insert = statements_for<Table>().insert;
                    return is_last ? to.write(insert, values...) : to.write_later(insert, values...);
                });
                if (!done) return where(done.error());
            }
            told(page->size());
        }
    });
}

/// Whether two stores have the same rows.
template <typename One, typename Other>
[[nodiscard]] result<bool> have_same_rows(One& one, Other& other) {
    bool same = true;
    auto done = each_table([&]<const auto & Table>() -> result<void> {
        table_pages<Table, One> pages{one};
        table_pages<Table, Other> others{other};
        while (same) {
            const auto page = pages.next();
            if (!page) return page.error();
            const auto against = others.next();
            if (!against) return against.error();
            same = *page == *against;
            if (page->empty()) return {};
        }
        return {};
    });
    if (!done) return std::move(done).error();
    return same;
}

/// Gives `move_store` the connection of a transaction, which forgets what it has read: rows are written beside it.
struct transaction_rows {
    template <typename Transaction>
    [[nodiscard]] static auto& of(Transaction& tx) noexcept {
        tx.m_head.reset();
        tx.m_identity.reset();
        return *tx.m_on;
    }
};

}  // namespace shearline::inline v0_1::detail::sql

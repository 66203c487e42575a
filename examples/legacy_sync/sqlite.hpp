// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SQLite as the source and the state use it: a connection, its statements, and values with their storage class.
// Depends on SQLite; never on what the rows mean.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace legacy_sync {

/// A BLOB: bytes that are no text.
struct blob {
    std::string bytes;
    friend auto operator<=>(const blob&, const blob&) = default;
};

/// One value, with the storage class that it has in the database.
using value = std::variant<std::monostate, std::int64_t, double, std::string, blob>;

[[nodiscard]] inline bool is_null(const value& one) noexcept { return std::holds_alternative<std::monostate>(one); }

/// Whether one value comes before another by SQLite's order, texts byte by byte (collation BINARY).
[[nodiscard]] bool sorts_before(const value& one, const value& other) noexcept;

/// A prepared statement: bind, step to each row, and reset as soon as possible, since it holds the database's lock.
class statement {
public:
    statement(sqlite3* db, const std::string& path, std::string_view sql);

    /// Starts anew with these parameters, ?1 first.
    statement& bind(const std::vector<value>& parameters);
    /// Whether there is one more row.
    bool step();
    [[nodiscard]] value column(int index) const;
    void reset() noexcept { sqlite3_reset(m_statement.get()); }

    [[nodiscard]] bool is_read_only() const noexcept { return sqlite3_stmt_readonly(m_statement.get()) != 0; }
    [[nodiscard]] bool has_parameters() const noexcept { return sqlite3_bind_parameter_count(m_statement.get()) != 0; }
    [[nodiscard]] std::vector<std::string> column_names() const;
    /// The statement itself, without what follows it.
    [[nodiscard]] std::string text() const { return sqlite3_sql(m_statement.get()); }

private:
    struct finalize {
        void operator()(sqlite3_stmt* one) const noexcept { sqlite3_finalize(one); }
    };
    sqlite3* m_db;
    std::string m_path;
    std::unique_ptr<sqlite3_stmt, finalize> m_statement;
};

/// A connection. Throws `failure`, which names the file, and `source_busy` where another process keeps it locked.
class database {
public:
    /// For reading only: no statement can change the file, and neither functions nor extensions that it names can do
    /// harm.
    static database open_read_only(const std::string& path);
    /// For us alone: created where there is none; refused while another process has it.
    static database open_exclusive(const std::string& path);

    /// In memory, and in a private temporary file where that grows. `name`: what errors call it.
    static database open_temporary(const std::string& name);

    [[nodiscard]] statement prepare(std::string_view sql) const { return {m_db.get(), m_path, sql}; }
    /// Statements without parameters and without interest in their rows.
    void run(const char* sql);
    /// The one value that a query gives; NULL where it gives none.
    [[nodiscard]] value single(std::string_view sql, const std::vector<value>& parameters = {}) const;
    /// Whether the file was moved, deleted or replaced since it was opened.
    [[nodiscard]] bool has_moved() const noexcept;

private:
    struct close {
        void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    };
    database(const std::string& path, const std::string& name, int flags);

    std::string m_path;
    std::unique_ptr<sqlite3, close> m_db;
};

/// `name` as an identifier in SQL.
[[nodiscard]] std::string quoted(std::string_view name);

}  // namespace legacy_sync

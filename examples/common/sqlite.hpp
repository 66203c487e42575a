// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SQLite: a connection, its statements, and values with their storage class.
// Depends on SQLite; never on the meaning of rows.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace common {

/// A BLOB: bytes that are not text.
struct blob {
    std::string bytes;
    friend auto operator<=>(const blob&, const blob&) = default;
};

/// One value, with the storage class that it has in the database.
using value = std::variant<std::monostate, std::int64_t, double, std::string, blob>;

[[nodiscard]] inline bool is_null(const value& one) noexcept { return std::holds_alternative<std::monostate>(one); }

/// Whether one value comes before another by SQLite's order, texts byte by byte (collation BINARY).
[[nodiscard]] bool sorts_before(const value& one, const value& other);

/// `name` as an identifier in SQL.
[[nodiscard]] std::string quoted(std::string_view name);

/// What failed in SQLite, and with which file.
class database_error : public std::runtime_error {
public:
    database_error(const std::string& name, int code, std::string_view what)
        : std::runtime_error{name + ": " + std::string{what}}, m_code{code} {}

    /// SQLite's extended result code.
    [[nodiscard]] int code() const noexcept { return m_code; }

private:
    int m_code;
};

/// Throws the program's exception for a failure; gets the database's name, SQLite's extended result code and its
/// message.
using failure_thrower = void (*)(const std::string& name, int code, const char* what);

/// Throws `database_error`.
void throw_database_error(const std::string& name, int code, const char* what);

/// A prepared statement: bind, step, read. It holds the database's lock from its first row until it is reset or has
/// returned its last row. Used by one thread at a time.
class statement {
public:
    /// Resets the statement and binds these parameters, starting with ?1.
    statement& bind(const std::vector<value>& parameters);
    statement& bind(int at, std::string_view text);
    statement& bind(int at, std::int64_t number) { return check(sqlite3_bind_int64(m_statement.get(), at, number)); }
    statement& bind_null(int at) { return check(sqlite3_bind_null(m_statement.get(), at)); }
    /// A text, or NULL for an empty one.
    statement& bind_or_null(int at, std::string_view text) { return text.empty() ? bind_null(at) : bind(at, text); }

    /// Steps to the next row; false after the last.
    bool step();
    void reset() noexcept { sqlite3_reset(m_statement.get()); }

    [[nodiscard]] value column(int index) const;
    [[nodiscard]] bool is_null(int index) const { return sqlite3_column_type(m_statement.get(), index) == SQLITE_NULL; }
    [[nodiscard]] std::int64_t integer(int index) const { return sqlite3_column_int64(m_statement.get(), index); }
    /// The bytes of the value as text; empty for NULL.
    [[nodiscard]] std::string text(int index) const;

    [[nodiscard]] bool is_read_only() const noexcept { return sqlite3_stmt_readonly(m_statement.get()) != 0; }
    [[nodiscard]] bool has_parameters() const noexcept { return sqlite3_bind_parameter_count(m_statement.get()) != 0; }
    [[nodiscard]] std::vector<std::string> column_names() const;
    /// The statement itself, without what follows it.
    [[nodiscard]] std::string sql() const { return sqlite3_sql(m_statement.get()); }

private:
    friend class database;
    struct finalize {
        void operator()(sqlite3_stmt* one) const noexcept { sqlite3_finalize(one); }
    };
    statement(sqlite3* db, std::string name, failure_thrower fail, std::string_view sql);

    statement& check(int code);

    std::string m_name;
    failure_thrower m_fail;
    std::unique_ptr<sqlite3_stmt, finalize> m_statement;
};

/// A connection. Used by one thread at a time. Failures are thrown by a function that the program passes.
class database {
public:
    /// `path` is always a path, even if it looks like `file:` or `:memory:`; if empty, a private temporary file.
    /// `flags` are SQLite's, such as `SQLITE_OPEN_READONLY`. `name` is the database's name in error messages.
    database(const std::string& path, int flags, int busy_timeout_ms, failure_thrower fail, std::string name);
    database(const std::string& path, int flags, int busy_timeout_ms = 5'000,
             failure_thrower fail = throw_database_error)
        : database{path, flags, busy_timeout_ms, fail, path} {}

    /// Exactly one statement; a comment may follow.
    [[nodiscard]] statement prepare(std::string_view sql) const { return {m_db.get(), m_name, m_fail, sql}; }
    /// Runs statements without parameters, and ignores their rows.
    void run(const std::string& sql);
    /// The single value that a query returns; NULL if it returns none.
    [[nodiscard]] value single(std::string_view sql, const std::vector<value>& parameters = {}) const;
    /// The same as a number, or 0; and as a text, or an empty one.
    [[nodiscard]] std::int64_t number(std::string_view sql) const;
    [[nodiscard]] std::string text(std::string_view sql) const;

    [[nodiscard]] bool is_read_only() const noexcept { return sqlite3_db_readonly(m_db.get(), "main") != 0; }
    /// Whether the file was moved, deleted or replaced since it was opened.
    [[nodiscard]] bool has_moved() const noexcept;
    [[nodiscard]] const std::string& name() const noexcept { return m_name; }
    [[nodiscard]] sqlite3* handle() const noexcept { return m_db.get(); }

private:
    struct close {
        void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    };

    std::string m_name;
    failure_thrower m_fail;
    std::unique_ptr<sqlite3, close> m_db;
};

}  // namespace common

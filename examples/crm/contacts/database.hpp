// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// An SQLite database: a connection, its statements, and failures as exceptions that name the file.
// Depends on SQLite; never on shearline.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace crm {

/// What SQLite could not do, and with which file.
class database_error : public std::runtime_error {
public:
    database_error(const std::string& path, int code, std::string_view what)
        : std::runtime_error{path + ": " + std::string{what}}, m_code{code} {}

    /// SQLite's extended result code.
    [[nodiscard]] int code() const noexcept { return m_code; }

private:
    int m_code;
};

/// A prepared statement: bind, step, read. Used by one thread at a time.
class statement {
public:
    statement& bind(int at, std::string_view text) {
        // SQLite copies what is bound: it may end before the statement does. (SQLITE_TRANSIENT, without its C cast.)
        const auto copied = reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1});  // NOLINT(*-no-int-to-ptr)
        check(sqlite3_bind_text64(m_statement.get(), at, text.data() != nullptr ? text.data() : "", text.size(), copied,
                                  SQLITE_UTF8));
        return *this;
    }
    statement& bind(int at, std::int64_t number) {
        check(sqlite3_bind_int64(m_statement.get(), at, number));
        return *this;
    }
    statement& bind_null(int at) {
        check(sqlite3_bind_null(m_statement.get(), at));
        return *this;
    }
    /// A text, or NULL for an empty one.
    statement& bind_or_null(int at, std::string_view text) { return text.empty() ? bind_null(at) : bind(at, text); }

    /// Goes to the next row; false after the last.
    bool step() {
        const int code = sqlite3_step(m_statement.get());
        if (code != SQLITE_ROW && code != SQLITE_DONE) check(code);
        return code == SQLITE_ROW;
    }

    /// Ends this run, so that the statement can be bound and run again.
    void reset() noexcept {
        sqlite3_reset(m_statement.get());
        sqlite3_clear_bindings(m_statement.get());
    }

    [[nodiscard]] bool is_null(int column) const { return type(column) == SQLITE_NULL; }
    [[nodiscard]] int type(int column) const { return sqlite3_column_type(m_statement.get(), column); }
    [[nodiscard]] int columns() const { return sqlite3_column_count(m_statement.get()); }
    [[nodiscard]] std::string name(int column) const { return sqlite3_column_name(m_statement.get(), column); }
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(m_statement.get(), column); }
    [[nodiscard]] double real(int column) const { return sqlite3_column_double(m_statement.get(), column); }
    /// The bytes of the value as text; empty for NULL.
    [[nodiscard]] std::string text(int column) const {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement.get(), column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
        return bytes == nullptr ? std::string{} : std::string{bytes, size};
    }

private:
    friend class database;
    struct finalize {
        void operator()(sqlite3_stmt* made) const noexcept { sqlite3_finalize(made); }
    };
    statement(std::string path, sqlite3_stmt* made) : m_path{std::move(path)}, m_statement{made} {}

    void check(int code) const {
        if (code != SQLITE_OK)
            throw database_error{m_path, sqlite3_extended_errcode(sqlite3_db_handle(m_statement.get())),
                                 sqlite3_errmsg(sqlite3_db_handle(m_statement.get()))};
    }

    std::string m_path;
    std::unique_ptr<sqlite3_stmt, finalize> m_statement;
};

/// A connection. Used by one thread at a time.
class database {
public:
    /// `flags` are SQLite's, such as `SQLITE_OPEN_READONLY`.
    database(const std::string& path, int flags, int busy_timeout_ms = 5'000) : m_path{path} {
        sqlite3* db = nullptr;
        const int code =
            sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
        m_db.reset(db);
        if (code != SQLITE_OK) throw database_error{path, code, db != nullptr ? sqlite3_errmsg(db) : "out of memory"};
        sqlite3_busy_timeout(db, busy_timeout_ms);
    }

    [[nodiscard]] statement prepare(std::string_view sql) {
        sqlite3_stmt* made = nullptr;
        const int code = sqlite3_prepare_v2(m_db.get(), sql.data(), static_cast<int>(sql.size()), &made, nullptr);
        if (code != SQLITE_OK) throw database_error{m_path, code, sqlite3_errmsg(m_db.get())};
        if (made == nullptr) throw database_error{m_path, SQLITE_ERROR, "an empty statement"};
        return statement{m_path, made};
    }

    /// Runs statements that have no parameters and no rows.
    void run(const std::string& sql) {
        const int code = sqlite3_exec(m_db.get(), sql.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw database_error{m_path, code, sqlite3_errmsg(m_db.get())};
    }

    /// The first column of the first row, or 0.
    [[nodiscard]] std::int64_t number(std::string_view sql) {
        statement read = prepare(sql);
        return read.step() ? read.integer(0) : 0;
    }

    /// The same as a text, or an empty one.
    [[nodiscard]] std::string text(std::string_view sql) {
        statement read = prepare(sql);
        return read.step() ? read.text(0) : std::string{};
    }

    [[nodiscard]] bool is_read_only() const noexcept { return sqlite3_db_readonly(m_db.get(), "main") != 0; }
    [[nodiscard]] const std::string& path() const noexcept { return m_path; }

private:
    struct close {
        void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    };

    std::string m_path;
    std::unique_ptr<sqlite3, close> m_db;
};

}  // namespace crm

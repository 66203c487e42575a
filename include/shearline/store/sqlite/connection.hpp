// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A connection to an SQLite database, its statements, and its errors. The only header that includes SQLite.
// Depends on SQLite, store/sql/row_reader.hpp and store/sqlite/schema.hpp; never on what the rows mean. For
// sqlite_store.hpp; not in the umbrella.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/posix/descriptor.hpp>
#include <shearline/result.hpp>
#include <shearline/store/sql/row_reader.hpp>
#include <shearline/store/sqlite/schema.hpp>

namespace shearline::inline v0_1::detail::sqlite {

static_assert(SQLITE_VERSION_NUMBER >= 3'037'000, "sqlite_store needs SQLite 3.37 or later, for STRICT tables");

struct close_connection {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
struct finalize_statement {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using connection_handle = std::unique_ptr<sqlite3, close_connection>;
using statement_handle = std::unique_ptr<sqlite3_stmt, finalize_statement>;

/// The error for an SQLite result code; it names the file. SQLite's own message is left out: it may quote the file's
/// content. `reading` distinguishes a value too long to be read (the file is at fault) from one too long to be written.
[[nodiscard]] inline error failure(const std::string& path, int code, int system_error, bool reading) {
    const auto say = [&path](errc what, std::string_view words) {
        return error{what, path + ": " + std::string{words}};
    };
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL: return say(errc::unavailable, "busy: another process kept it locked; try again");
        case SQLITE_FULL: return say(errc::unavailable, "disk full: nothing was written; make room, and try again");
        case SQLITE_NOTADB: return say(errc::corrupt, "is not an SQLite database");
        case SQLITE_CORRUPT: return say(errc::corrupt, "is damaged: restore it from a backup");
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
            return say(errc::permission_denied, "cannot be written: check the modes of the file and of its folder");
        case SQLITE_NOMEM: return say(errc::unavailable, "out of memory");
        case SQLITE_TOOBIG:
            return reading ? say(errc::corrupt, "holds a value longer than any that this library writes")
                           : say(errc::invalid_argument, "a value is too long to be stored");
        case SQLITE_CONSTRAINT:
            if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
                return say(errc::conflict, "the credential named is not in the store");
            if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                code == SQLITE_CONSTRAINT_ROWID)
                return say(errc::conflict, "a row with that key exists already");
            break;
        case SQLITE_CANTOPEN:
            if (system_error != 0) return file_error(path, "open it or a file beside it", system_error);
            return say(errc::unavailable, "cannot be opened");
        case SQLITE_IOERR:
            if (code == SQLITE_IOERR_NOMEM) return say(errc::unavailable, "out of memory");
            if (code == SQLITE_IOERR_CORRUPTFS || code == SQLITE_IOERR_SHORT_READ)
                return say(errc::corrupt, "is damaged: restore it from a backup");
            return say(errc::unavailable, "the disk failed: " + std::generic_category().message(system_error));
        default: break;
    }
    return say(errc::corrupt, std::string{"its tables are not what this library made (SQLite: "}
                                  .append(sqlite3_errstr(code))
                                  .append("): restore it from a backup"));
}

/// A statement borrowed from its connection: bound, read row by row and column by column, and returned by the
/// destructor. Each statement of a connection can be borrowed once at a time.
class query {
public:
    query(const std::string& path, sqlite3_stmt* statement) noexcept : m_path{&path}, m_statement{statement} {}
    query(query&& other) noexcept : m_path{other.m_path}, m_statement{std::exchange(other.m_statement, nullptr)} {}
    query& operator=(query&&) = delete;
    ~query() {
        if (m_statement == nullptr) return;
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }

    /// Goes to the next row; false after the last.
    [[nodiscard]] result<bool> next() {
        const int code = sqlite3_step(m_statement);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        return failed(code);
    }

    [[nodiscard]] bool holds(int column, sql::column_kind kind) const noexcept {
        constexpr int types[] = {SQLITE_NULL, SQLITE_INTEGER, SQLITE_TEXT, SQLITE_BLOB};
        return sqlite3_column_type(m_statement, column) == types[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] const char* name(int column) const noexcept { return sqlite3_column_name(m_statement, column); }
    [[nodiscard]] std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(m_statement, column); }
    /// The bytes of a text or a blob, until the next row. They may contain zeros.
    [[nodiscard]] std::string_view bytes(int column) const noexcept {
        const void* const data = sqlite3_column_blob(m_statement, column);
        const int size = sqlite3_column_bytes(m_statement, column);
        return data == nullptr ? std::string_view{} : std::string_view{static_cast<const char*>(data), to_size(size)};
    }
    [[nodiscard]] const std::string& path() const noexcept { return *m_path; }

    template <typename... Values>
    [[nodiscard]] result<void> bind_all(const Values&... values) {
        int at = 0;
        int code = SQLITE_OK;
        (void)((code = bind(++at, values), code == SQLITE_OK) && ...);
        if (code != SQLITE_OK) return failed(code);
        return {};
    }

private:
    static std::size_t to_size(int size) noexcept { return size > 0 ? static_cast<std::size_t>(size) : 0; }

    error failed(int code) const {
        return failure(*m_path, code, sqlite3_system_errno(sqlite3_db_handle(m_statement)),
                       sqlite3_stmt_readonly(m_statement) != 0);
    }

    // SQLite copies what is bound, so that arguments may end before the statement. (SQLITE_TRANSIENT without its C
    // cast.)
    static sqlite3_destructor_type copied() noexcept {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): SQLite asks for it
        return reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1});
    }
    int bind(int at, std::int64_t value) noexcept { return sqlite3_bind_int64(m_statement, at, value); }
    int bind(int at, std::string_view text) noexcept {
        return sqlite3_bind_text64(m_statement, at, text.data() != nullptr ? text.data() : "", text.size(), copied(),
                                   SQLITE_UTF8);
    }
    int bind(int at, std::span<const std::byte> blob) noexcept {
        return sqlite3_bind_blob64(m_statement, at, blob.data(), blob.size(), copied());
    }
    template <typename T>
    int bind(int at, const std::optional<T>& value) noexcept {
        return value ? bind(at, *value) : sqlite3_bind_null(m_statement, at);
    }

    const std::string* m_path;
    sqlite3_stmt* m_statement;
};

/// One connection and the statements it has prepared. Used by one thread at a time, in the process that opened it only.
class connection {
public:
    /// The most bytes of a tenant, and of the name of a format.
    static constexpr std::size_t max_indexed_bytes = sql::max_row_text_bytes;

    /// Opens an existing database by a plain path: SQLite follows no link and knows no special names. Nothing of the
    /// file is trusted: views, triggers, extensions and values past our limits are disabled. Call `configure` next.
    static result<std::unique_ptr<connection>> open(const std::string& path, std::chrono::milliseconds busy_timeout) {
        auto opened = open_with(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
        if (opened) sqlite3_busy_timeout((*opened)->m_db.get(), static_cast<int>(busy_timeout.count()));
        return opened;
    }

    /// An empty database in memory, for comparisons.
    static result<std::unique_ptr<connection>> open_in_memory() {
        return open_with(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY);
    }

    /// Borrows the statement of `sql`, which is a string literal, and binds its parameters in order.
    template <typename... Values>
    [[nodiscard]] result<query> prepare(std::string_view sql, const Values&... values) {
        auto& statement = m_statements[sql];
        if (!statement) {
            sqlite3_stmt* made = nullptr;
            const int code = sqlite3_prepare_v3(m_db.get(), sql.data(), static_cast<int>(sql.size()),
                                                SQLITE_PREPARE_PERSISTENT, &made, nullptr);
            if (code != SQLITE_OK) return failed(code);
            statement.reset(made);
        }
        query borrowed{m_path, statement.get()};
        if (auto bound = borrowed.bind_all(values...); !bound) return std::move(bound).error();
        return borrowed;
    }

    /// Runs one statement to its end.
    template <typename... Values>
    [[nodiscard]] result<void> run(std::string_view sql, const Values&... values) {
        auto borrowed = prepare(sql, values...);
        if (!borrowed) return std::move(borrowed).error();
        for (;;) {
            auto more = borrowed->next();
            if (!more) return std::move(more).error();
            if (!*more) return {};
        }
    }

    /// Runs one statement of a transaction. After some failures SQLite rolls the whole transaction back; a later write
    /// would then be a transaction of its own, and is refused.
    template <typename... Values>
    [[nodiscard]] result<void> write(std::string_view sql, const Values&... values) {
        if (!in_transaction())
            return error{errc::unavailable, m_path + ": SQLite rolled the transaction back: nothing was written"};
        return run(sql, values...);
    }
    template <typename... Values>
    [[nodiscard]] result<void> write_later(std::string_view sql, const Values&... values) {
        return write(sql, values...);
    }

    /// Begins a transaction by a statement. If an earlier one could not be ended, that is done first.
    [[nodiscard]] result<void> begin(std::string_view sql) {
        if (in_transaction())
            if (auto ended = run("ROLLBACK"); !ended) return ended;
        return run(sql);
    }

    /// Ends a transaction that was not committed. Returns whether the connection can be used again.
    bool end() noexcept {
        if (in_transaction()) (void)run("ROLLBACK");  // prepared already: it needs no memory
        return true;
    }

    /// The one number that a statement without parameters gives.
    [[nodiscard]] result<std::int64_t> number(std::string_view sql) {
        auto borrowed = prepare(sql);
        if (!borrowed) return std::move(borrowed).error();
        auto row = borrowed->next();
        if (!row) return std::move(row).error();
        return *row ? borrowed->integer(0) : 0;
    }

    /// Runs several statements that have no parameters.
    [[nodiscard]] result<void> script(const char* sql) {
        const int code = sqlite3_exec(m_db.get(), sql, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) return failed(code);
        return {};
    }

    /// Commits a transaction. `in_doubt` if the disk failed in such a way that a recovery might still find the commit.
    [[nodiscard]] result<void> commit() {
        if (!in_transaction())
            return error{errc::unavailable,
                         m_path + ": SQLite rolled the transaction back: nothing was written; try again"};
        auto done = run("COMMIT");
        if (!done && (sqlite3_extended_errcode(m_db.get()) & 0xff) == SQLITE_IOERR)
            return error{errc::in_doubt, done.error().context()};
        return done;
    }

    /// Whether the last call failed because another connection was in its way.
    [[nodiscard]] bool was_busy() const noexcept { return (sqlite3_errcode(m_db.get()) & 0xff) == SQLITE_BUSY; }
    [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(m_db.get()) == 0; }
    /// How many rows the last statement changed.
    [[nodiscard]] std::int64_t changed_rows() const noexcept { return sqlite3_changes64(m_db.get()); }
    [[nodiscard]] bool is_read_only() const noexcept { return sqlite3_db_readonly(m_db.get(), "main") != 0; }
    [[nodiscard]] const std::string& path() const noexcept { return m_path; }

    /// Whether the file was deleted, moved or replaced since it was opened. One system call.
    [[nodiscard]] bool has_moved() const noexcept {
        int moved = 0;
        return sqlite3_file_control(m_db.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved != 0;
    }

    /// The first bytes of the file, or none if it is empty. Takes no lock and starts no recovery, since the file may
    /// belong to another application. (A descriptor of our own would not do: closing it drops the locks that this
    /// process has on the file. Nor would the size that SQLite reports: it takes a file of one byte for an empty one,
    /// and overwrites it.)
    [[nodiscard]] result<std::string> peek(int bytes) {
        sqlite3_file* file = nullptr;
        int code = sqlite3_file_control(m_db.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
        if (code != SQLITE_OK) return failed(code);
        std::string head(static_cast<std::size_t>(bytes), '\0');
        code = file->pMethods->xRead(file, head.data(), 1, 0);
        if (code == SQLITE_IOERR_SHORT_READ) return std::string{};
        if (code == SQLITE_OK) code = file->pMethods->xRead(file, head.data(), bytes, 0);
        if (code == SQLITE_IOERR_SHORT_READ) return failed(SQLITE_NOTADB);
        if (code != SQLITE_OK) return failed(code);
        return head;
    }

private:
    connection(std::string path, connection_handle db) : m_path{std::move(path)}, m_db{std::move(db)} {}

    static result<std::unique_ptr<connection>> open_with(const std::string& path, int flags) {
        if (sqlite3_threadsafe() == 0 || sqlite3_libversion_number() < 3'037'000)
            return error{errc::unavailable, path + ": needs SQLite 3.37 or later, built for use by threads"};
        sqlite3* db = nullptr;
        // Its owner makes sure that each connection is used by one thread at a time.
        flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
        const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
        connection_handle owned{db};
        if (db == nullptr) return error{errc::unavailable, path + ": out of memory"};
        if (code != SQLITE_OK) return failure(path, code, sqlite3_system_errno(db), true);
        sqlite3_limit(db, SQLITE_LIMIT_LENGTH, max_value_bytes);
        sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
        constexpr std::pair<int, int> settings[] = {
            {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
            {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
            {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
            {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}};
        for (const auto& [what, value] : settings)
            if (const int set = sqlite3_db_config(db, what, value, nullptr); set != SQLITE_OK)
                return failure(path, set, 0, true);
        std::unique_ptr<connection> opened{new connection{path, std::move(owned)}};
        if (auto ready = opened->prepare("ROLLBACK"); !ready) return std::move(ready).error();
        return opened;
    }

    error failed(int code) const { return failure(m_path, code, sqlite3_system_errno(m_db.get()), true); }

    std::string m_path;
    connection_handle m_db;
    std::unordered_map<std::string_view, statement_handle> m_statements;  // destroyed before its connection
};

}  // namespace shearline::inline v0_1::detail::sqlite

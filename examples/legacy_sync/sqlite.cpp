// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "sqlite.hpp"

#include <chrono>
#include <initializer_list>
#include <utility>

#include "ending.hpp"
#include "stop.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace {

constexpr std::chrono::milliseconds patience{10'000};

[[noreturn]] void fail(sqlite3* db, const std::string& path, int code) {
    if (stop_asked()) throw stopped{};
    const std::string says = path + ": " + printable(db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db));
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: throw source_busy{path + ": another process keeps it locked; try again when it is done"};
        case SQLITE_NOTADB: throw failure{exit_status::other, path + ": is not an SQLite database"};
        case SQLITE_CORRUPT: throw failure{exit_status::other, path + ": is damaged; restore it from a backup"};
        case SQLITE_FULL: throw failure{exit_status::other, path + ": the disk is full; make room, and start again"};
        case SQLITE_CANTOPEN:
            throw failure{exit_status::other, path +
                                                  ": cannot be opened: is it there, and may this user read it? (Of a "
                                                  "database in WAL mode SQLite writes files beside it: let this user "
                                                  "write to the folder, or read a copy that sqlite3's .backup made.)"};
        default: throw failure{exit_status::other, says};
    }
}

}  // namespace

bool sorts_before(const value& one, const value& other) noexcept {
    // https://www.sqlite.org/datatype3.html#sort_order: NULL, numbers, texts, BLOBs.
    // The alternatives of `value` stand in that order, but for numbers, which are one kind.
    const auto is_number = [](const value& of) {
        return std::holds_alternative<std::int64_t>(of) || std::holds_alternative<double>(of);
    };
    if (one.index() == other.index() || !is_number(one) || !is_number(other)) return one < other;
    const auto number = [](const value& of) -> long double {  // which holds both exactly
        const auto* const whole = std::get_if<std::int64_t>(&of);
        return whole != nullptr ? static_cast<long double>(*whole) : static_cast<long double>(std::get<double>(of));
    };
    return number(one) < number(other);
}

statement::statement(sqlite3* db, const std::string& path, std::string_view sql) : m_db{db}, m_path{path} {
    sqlite3_stmt* made = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), 0, &made, &rest);
    m_statement.reset(made);
    if (code != SQLITE_OK) fail(db, path, code);
    // What follows may be a comment, of which SQLite makes no statement.
    sqlite3_stmt* more = nullptr;
    const auto left = static_cast<int>(sql.data() + sql.size() - rest);
    const bool goes_on = sqlite3_prepare_v3(db, rest, left, 0, &more, nullptr) != SQLITE_OK || more != nullptr;
    sqlite3_finalize(more);
    if (made == nullptr || goes_on)
        throw failure{exit_status::usage, path + ": not one statement of SQL: " + printable(sql)};
}

statement& statement::bind(const std::vector<value>& parameters) {
    reset();
    sqlite3_stmt* const one = m_statement.get();
    int index = 0;
    for (const value& parameter : parameters) {
        ++index;
        const int code = std::visit(
            [&](const auto& held) {
                using held_type = std::decay_t<decltype(held)>;
                if constexpr (std::is_same_v<held_type, std::monostate>)
                    return sqlite3_bind_null(one, index);
                else if constexpr (std::is_same_v<held_type, std::int64_t>)
                    return sqlite3_bind_int64(one, index, held);
                else if constexpr (std::is_same_v<held_type, double>)
                    return sqlite3_bind_double(one, index, held);
                else if constexpr (std::is_same_v<held_type, std::string>)
                    return sqlite3_bind_text64(one, index, held.data(), held.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
                else
                    return sqlite3_bind_blob64(one, index, held.bytes.data(), held.bytes.size(), SQLITE_TRANSIENT);
            },
            parameter);
        if (code != SQLITE_OK) fail(m_db, m_path, code);
    }
    return *this;
}

bool statement::step() {
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    reset();
    fail(m_db, m_path, code);
}

value statement::column(int index) const {
    sqlite3_stmt* const one = m_statement.get();
    const auto bytes = [&](const void* data) {
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(one, index));
        return size == 0 ? std::string{} : std::string{static_cast<const char*>(data), size};
    };
    switch (sqlite3_column_type(one, index)) {
        case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(one, index)};
        case SQLITE_FLOAT: return sqlite3_column_double(one, index);
        case SQLITE_TEXT: return bytes(sqlite3_column_text(one, index));
        case SQLITE_BLOB: return blob{bytes(sqlite3_column_blob(one, index))};
        default: return std::monostate{};
    }
}

std::vector<std::string> statement::column_names() const {
    std::vector<std::string> names;
    const int count = sqlite3_column_count(m_statement.get());
    names.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) names.emplace_back(sqlite3_column_name(m_statement.get(), i));
    return names;
}

database::database(const std::string& path, const std::string& name, int flags) : m_path{name} {
    sqlite3* db = nullptr;
    // A path is a path: `file:` and `:memory:` mean nothing special. None is a temporary file that nobody else sees.
    const std::string plain = path.empty() || path.starts_with('/') ? path : "./" + path;
    const int code = sqlite3_open_v2(plain.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    m_db.reset(db);
    if (code != SQLITE_OK) fail(db, name, code);
    sqlite3_busy_timeout(db, static_cast<int>(patience.count()));
    // The file may be a stranger's: its schema is not to be trusted (https://www.sqlite.org/security.html).
    for (const auto& [what, setting] :
         std::initializer_list<std::pair<int, int>>{{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                                    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                                    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                                    {SQLITE_DBCONFIG_DQS_DML, 0}})
        sqlite3_db_config(db, what, setting, nullptr);
    // So that a query without end ends with the process.
    sqlite3_progress_handler(
        db, 10'000, [](void*) { return stop_asked() ? 1 : 0; }, nullptr);
}

database database::open_read_only(const std::string& path) {
    database opened{path, path, SQLITE_OPEN_READONLY};
    opened.run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema");
    return opened;
}

database database::open_exclusive(const std::string& path) {
    database opened{path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    sqlite3_busy_timeout(opened.m_db.get(), 1'000);
    opened.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
    return opened;
}

database database::open_temporary(const std::string& name) {
    database opened{"", name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    opened.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768");
    return opened;
}

void database::run(const char* sql) {
    if (const int code = sqlite3_exec(m_db.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
        fail(m_db.get(), m_path, code);
}

value database::single(std::string_view sql, const std::vector<value>& parameters) const {
    statement asked = prepare(sql);
    asked.bind(parameters);
    return asked.step() ? asked.column(0) : value{};
}

bool database::has_moved() const noexcept {
    int moved = 0;
    return sqlite3_file_control(m_db.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved != 0;
}

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

}  // namespace legacy_sync

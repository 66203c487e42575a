// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "sqlite.hpp"

#include <cstddef>
#include <initializer_list>
#include <type_traits>
#include <utility>

namespace common {

namespace {

/// Makes SQLite copy bound values, which may end before the statement does. (SQLITE_TRANSIENT, without its C cast.)
sqlite3_destructor_type copied() noexcept {
    return reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1});  // NOLINT(*-no-int-to-ptr)
}

std::string bytes_of(const void* data, int size) {
    return size == 0 ? std::string{} : std::string{static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

/// Throws the connection's message about its last call.
[[noreturn]] void fail_with(failure_thrower fail, const std::string& name, int code, const char* what) {
    fail(name, code, what);
    throw database_error{name, code, what};
}
[[noreturn]] void fail_of(sqlite3* db, const std::string& name, failure_thrower fail, int code) {
    fail_with(fail, name, code, db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db));
}

}  // namespace

bool sorts_before(const value& one, const value& other) {
    // https://www.sqlite.org/datatype3.html#sort_order: NULL, numbers, texts, BLOBs.
    // The alternatives of `value` are in that order, except that both kinds of numbers count as one.
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

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

void throw_database_error(const std::string& name, int code, const char* what) {
    throw database_error{name, code, what};
}

statement::statement(sqlite3* db, std::string name, failure_thrower fail, std::string_view sql)
    : m_name{std::move(name)}, m_fail{fail} {
    sqlite3_stmt* made = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &made, &rest);
    m_statement.reset(made);
    if (code != SQLITE_OK) fail_of(db, m_name, m_fail, code);
    // What follows may be a comment, for which SQLite makes no statement.
    sqlite3_stmt* more = nullptr;
    const auto left = static_cast<int>(sql.data() + sql.size() - rest);
    const bool goes_on = sqlite3_prepare_v2(db, rest, left, &more, nullptr) != SQLITE_OK || more != nullptr;
    sqlite3_finalize(more);
    if (made == nullptr || goes_on) fail_with(m_fail, m_name, SQLITE_ERROR, "not exactly one SQL statement");
}

statement& statement::check(int code) {
    if (code != SQLITE_OK) fail_of(sqlite3_db_handle(m_statement.get()), m_name, m_fail, code);
    return *this;
}

statement& statement::bind(int at, std::string_view text) {
    return check(sqlite3_bind_text64(m_statement.get(), at, text.data() != nullptr ? text.data() : "", text.size(),
                                     copied(), SQLITE_UTF8));
}

statement& statement::bind(const std::vector<value>& parameters) {
    reset();
    int at = 0;
    for (const value& parameter : parameters) {
        ++at;
        std::visit(
            [&](const auto& held) {
                using held_type = std::decay_t<decltype(held)>;
                if constexpr (std::is_same_v<held_type, std::monostate>)
                    bind_null(at);
                else if constexpr (std::is_same_v<held_type, double>)
                    check(sqlite3_bind_double(m_statement.get(), at, held));
                else if constexpr (std::is_same_v<held_type, blob>)
                    check(sqlite3_bind_blob64(m_statement.get(), at, held.bytes.data(), held.bytes.size(), copied()));
                else
                    bind(at, held);
            },
            parameter);
    }
    return *this;
}

bool statement::step() {
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
        // Report the message of the step: a reset would return it again.
        const std::string says = sqlite3_errmsg(sqlite3_db_handle(m_statement.get()));
        reset();
        fail_with(m_fail, m_name, code, says.c_str());
    }
    reset();
    return false;
}

value statement::column(int index) const {
    sqlite3_stmt* const one = m_statement.get();
    switch (sqlite3_column_type(one, index)) {
        case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(one, index)};
        case SQLITE_FLOAT: return sqlite3_column_double(one, index);
        case SQLITE_TEXT: return text(index);
        case SQLITE_BLOB: {
            const void* const data = sqlite3_column_blob(one, index);
            return blob{bytes_of(data, sqlite3_column_bytes(one, index))};
        }
        default: return std::monostate{};
    }
}

std::string statement::text(int index) const {
    const auto* const data =
        sqlite3_column_text(m_statement.get(), index);  // before reading the size, which this call may change
    return bytes_of(data, data == nullptr ? 0 : sqlite3_column_bytes(m_statement.get(), index));
}

std::vector<std::string> statement::column_names() const {
    std::vector<std::string> names;
    const int count = sqlite3_column_count(m_statement.get());
    names.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) names.emplace_back(sqlite3_column_name(m_statement.get(), i));
    return names;
}

database::database(const std::string& path, int flags, int busy_timeout_ms, failure_thrower fail, std::string name)
    : m_name{std::move(name)}, m_fail{fail} {
    sqlite3* db = nullptr;
    const std::string plain = path.empty() || path.starts_with('/') ? path : "./" + path;
    const int code = sqlite3_open_v2(plain.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    m_db.reset(db);
    if (code != SQLITE_OK) fail_of(db, m_name, m_fail, code);
    sqlite3_busy_timeout(db, busy_timeout_ms);
    // The file may be untrusted, and so its schema is, too (https://www.sqlite.org/security.html).
    for (const auto& [what, setting] :
         std::initializer_list<std::pair<int, int>>{{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                                    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                                    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                                    {SQLITE_DBCONFIG_DQS_DML, 0}})
        sqlite3_db_config(db, what, setting, nullptr);
}

void database::run(const std::string& sql) {
    if (const int code = sqlite3_exec(m_db.get(), sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK)
        fail_of(m_db.get(), m_name, m_fail, code);
}

value database::single(std::string_view sql, const std::vector<value>& parameters) const {
    statement asked = prepare(sql);
    asked.bind(parameters);
    return asked.step() ? asked.column(0) : value{};
}

std::int64_t database::number(std::string_view sql) const {
    statement asked = prepare(sql);
    return asked.step() ? asked.integer(0) : 0;
}

std::string database::text(std::string_view sql) const {
    statement asked = prepare(sql);
    return asked.step() ? asked.text(0) : std::string{};
}

bool database::has_moved() const noexcept {
    int moved = 0;
    return sqlite3_file_control(m_db.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved != 0;
}

}  // namespace common

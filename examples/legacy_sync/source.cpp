// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "process.hpp"
#include "text.hpp"

namespace legacy_sync {

using common::printable;
using common::quoted;
using common::sorts_before;
using common::trimmed;

namespace {

constexpr int patience_ms = 10'000;
const std::string page_limit = " LIMIT " + std::to_string(source::page_rows);

std::string without_semicolon(std::string_view query) {
    query = trimmed(query);
    while (query.ends_with(';')) query = trimmed(query.substr(0, query.size() - 1));
    return std::string{query};
}

[[noreturn]] void fail(const std::string& path, int code, const char* what) {
    if (stop_asked()) throw stopped{};
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: throw source_busy{path + ": is locked by another process; try again when that is done"};
        case SQLITE_NOTADB: throw failure{exit_status::other, path + ": is not an SQLite database"};
        case SQLITE_CORRUPT: throw failure{exit_status::other, path + ": is damaged; restore it from a backup"};
        case SQLITE_FULL: throw failure{exit_status::other, path + ": the disk is full; make room, and start again"};
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            throw failure{exit_status::other, path +
                                                  ": cannot be opened: check that it exists and that this user may "
                                                  "read it (for a database in WAL mode, SQLite writes files next to "
                                                  "it: let this user write to the folder, or read a copy made with "
                                                  "sqlite3's .backup)"};
        default: throw failure{exit_status::other, path + ": " + printable(what)};
    }
}

/// For reading only: no statement can change the file, and functions or extensions that it names cannot do harm.
database open_read_only(const std::string& path) {
    database made = opened(path, SQLITE_OPEN_READONLY, patience_ms, path);
    made.run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema");
    return made;
}

/// In memory, and in a private temporary file as it grows. `name` is its name in errors.
database open_temporary(const std::string& name) {
    database made = opened({}, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, patience_ms, name);
    made.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768");
    return made;
}

}  // namespace

database opened(const std::string& path, int flags, int busy_timeout_ms, const std::string& name) {
    database made{path, flags, busy_timeout_ms, fail, name};
    // So that a stop also ends a query that never finishes.
    sqlite3_progress_handler(
        made.handle(), 10'000, [](void*) { return stop_asked() ? 1 : 0; }, nullptr);
    return made;
}

source::source(std::string path, const mapping& how)
    : m_path{std::move(path)}, m_how{how}, m_key{quoted(how.key)}, m_change{"NULL"} {
    if (const auto* const column = std::get_if<change_column>(&how.change)) m_change = quoted(column->column);
    open();
}

void source::open() {
    // On a pipe, SQLite would wait for ever for the other end.
    if (struct ::stat about{}; ::stat(m_path.c_str(), &about) == 0 && !S_ISREG(about.st_mode))
        throw failure{exit_status::other, m_path + ": is not a regular file"};
    m_db = open_read_only(m_path);  // if this throws, the old one is kept and checked again later
    try {
        // First without the parentheses below: a text that closes our parenthesis is not a query.
        m_from = quoted(m_how.table);
        if (!m_how.query.empty()) {
            const statement query = m_db->prepare(m_how.query);
            if (!query.is_read_only()) throw failure{exit_status::usage, "source.query must be read-only"};
            // The line end keeps a comment at the end of the query from swallowing the parenthesis.
            m_from = "(" + without_semicolon(query.sql()) + "\n)";
        }
        const statement every = m_db->prepare("SELECT * FROM " + m_from);
        if (every.has_parameters()) throw failure{exit_status::usage, "source.query must not have parameters"};
        const std::vector<std::string> there = every.column_names();
        // SQLite compares names without regard to case, and treats an unknown "name" in quotes as a string.
        const auto need = [&](const std::string& name) {
            if (std::none_of(there.begin(), there.end(),
                             [&](const std::string& each) { return sqlite3_stricmp(each.c_str(), name.c_str()) == 0; }))
                throw failure{exit_status::usage, "the source has no column " + printable(name)};
        };
        if (const auto alias = rowid_alias(there))
            m_key = quoted(*alias);
        else
            need(m_how.key);
        for (const mapped_field& field : m_how.fields) need(field.column);
        if (const auto* const column = std::get_if<change_column>(&m_how.change)) need(column->column);
        if (const auto* const table = std::get_if<change_table>(&m_how.change))
            std::ignore = m_db->prepare("SELECT " + quoted(table->sequence) + ", " + quoted(table->key) + " FROM " +
                                        quoted(table->table));
    } catch (const source_busy&) {
        throw;
    } catch (const failure& off) {
        throw failure{exit_status::usage, m_path + " does not fit the mapping: " + off.what()};
    }
    m_version = m_db->single("PRAGMA data_version");
    must_be_whole();
}

/// If the key is `rowid`: the column of which it is another name. SQLite accepts `rowid` in every table; but if it is
/// not another name for a column, VACUUM renumbers the rows, and each row would become another customer.
std::optional<std::string> source::rowid_alias(const std::vector<std::string>& columns) const {
    const auto same = [](const std::string& one, const std::string& other) {
        return sqlite3_stricmp(one.c_str(), other.c_str()) == 0;
    };
    const auto is_named = [&](const std::string& name) {
        return std::any_of(columns.begin(), columns.end(), [&](const auto& each) { return same(each, name); });
    };
    const bool is_rowid = same(m_how.key, "rowid") || same(m_how.key, "oid") || same(m_how.key, "_rowid_");
    if (!is_rowid || is_named(m_how.key) || m_how.table.empty()) return std::nullopt;
    // A primary key that has its own index is not an alias (https://www.sqlite.org/lang_createtable.html#rowid).
    const value alias = m_db->single(
        "SELECT max(name) FROM pragma_table_info(?1) WHERE pk > 0 AND upper(type) = 'INTEGER' HAVING count(*) = 1 AND "
        "NOT EXISTS (SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk') AND "
        "(SELECT count(*) FROM pragma_table_info(?1) WHERE pk > 0) = 1",
        {m_how.table});
    if (is_null(alias))
        throw failure{exit_status::usage,
                      "source.key is " + printable(m_how.key) +
                          ", but the table has no INTEGER PRIMARY KEY for which that is another name, "
                          "so VACUUM would renumber its rows; use another column"};
    return std::get<std::string>(alias);
}

/// A partly copied file is shorter than its page count. If there is a log next to it, pages may be in the log.
void source::must_be_whole() const {
    struct ::stat about {};
    for (const char* log : {"-wal", "-journal"})
        if (::stat((m_path + log).c_str(), &about) == 0) return;
    const auto pages = std::get<std::int64_t>(m_db->single("PRAGMA page_count"));
    const auto page_bytes = std::get<std::int64_t>(m_db->single("PRAGMA page_size"));
    if (::stat(m_path.c_str(), &about) == 0 &&
        about.st_size < pages * page_bytes)  // without opening it, which would drop SQLite's locks
        damaged("it is cut short: " + std::to_string(about.st_size) + " of " + std::to_string(pages * page_bytes) +
                " bytes");
}

bool source::has_changed() {
    if (m_db->has_moved()) {  // replaced by another file of the same name
        open();
        return true;
    }
    value version = m_db->single("PRAGMA data_version");
    return version != std::exchange(m_version, version);
}

std::string source::dated() const {
    const auto& column = std::get<change_column>(m_how.change);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto until = [&](std::int64_t limit) {
        return "(typeof(" + m_change + ") IN ('integer', 'real') AND " + m_change + " <= " + std::to_string(limit) +
               ")";
    };
    switch (column.holds) {
        case change_column::kind::unix_seconds: return until(std::chrono::floor<std::chrono::seconds>(now).count());
        case change_column::kind::unix_milliseconds:
            return until(std::chrono::floor<std::chrono::milliseconds>(now).count());
        case change_column::kind::counter: return "(typeof(" + m_change + ") = 'integer')";
        case change_column::kind::iso_time: break;
    }
    return "(typeof(" + m_change + ") = 'text' AND " + m_change +
           " GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]*' AND replace(substr(" + m_change +
           ", 1, 19), 'T', ' ') <= datetime('now'))";
}

[[noreturn]] void source::damaged(const std::string& what) const {
    throw failure{exit_status::other, m_path + ": is damaged (" + what + "): restore it from a backup"};
}

/// Copies rows into a temporary database: pages of the copy are found quickly whatever indexes the source has, and the
/// source is unlocked before anything is sent.
void source::copy(const std::string& where, const std::vector<value>& parameters) {
    std::string columns = "key, change";
    for (std::size_t i = 0; i < m_how.fields.size(); ++i) columns += ", field" + std::to_string(i);
    m_copy = open_temporary("the copy of " + m_path);
    m_copy->run("CREATE TABLE copied (" + columns + "); BEGIN");
    std::string places = "?1, ?2";
    for (std::size_t i = 0; i < m_how.fields.size(); ++i) places += ", ?" + std::to_string(i + 3);
    statement write = m_copy->prepare("INSERT INTO copied VALUES (" + places + ")");
    statement read = m_db->prepare(selection() + where + " ORDER BY " + m_key + " COLLATE BINARY");
    read.bind(parameters);
    std::vector<value> row(m_how.fields.size() + 2);
    value before;
    while (read.step()) {
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = read.column(static_cast<int>(i));
        if (sorts_before(row[0], before)) damaged("its keys are not in ascending order");
        before = row[0];
        write.bind(row).step();
    }
    m_copy->run("COMMIT; CREATE INDEX by_key ON copied (key); CREATE INDEX by_change ON copied (change, key)");
}

std::string source::selection() const {
    std::string sql = "SELECT " + m_key + ", " + m_change;
    for (const mapped_field& field : m_how.fields) sql += ", " + quoted(field.column);
    return sql + " FROM " + m_from + " WHERE ";
}

std::vector<source_row> source::page(const std::string& where, const std::vector<value>& parameters) {
    return rows(m_copy->prepare("SELECT * FROM copied WHERE " + where + page_limit), parameters);
}

std::vector<source_row> source::rows(statement found, const std::vector<value>& parameters) const {
    found.bind(parameters);
    std::vector<source_row> out;
    while (found.step()) {
        source_row row{found.column(0), found.column(1)};
        for (std::size_t i = 0; i < m_how.fields.size(); ++i)
            row.columns.push_back(found.column(static_cast<int>(i) + 2));
        out.push_back(std::move(row));
    }
    return out;
}

// Keys are compared byte by byte, whatever the column's collation: different keys are different customers.

std::vector<source_row> source::all(const std::optional<value>& after) {
    if (!after) copy(m_key + " IS NOT NULL", {});
    return by_key_after(after);
}

std::vector<source_row> source::changed(const std::optional<value>& least, const std::optional<cursor>& after) {
    if (after) return page("(change, key) > (?1, ?2) ORDER BY change, key", {after->change, after->key});
    if (least)
        copy(m_key + " IS NOT NULL AND " + dated() + " AND " + m_change + " >= ?1", {*least});
    else
        copy(m_key + " IS NOT NULL AND " + dated(), {});
    return page("1 ORDER BY change, key", {});
}

std::vector<source_row> source::undated(const std::optional<value>& after) {
    if (!after) copy(m_key + " IS NOT NULL AND NOT ifnull(" + dated() + ", 0)", {});
    return by_key_after(after);
}

std::vector<source_row> source::by_key_after(const std::optional<value>& after) {
    if (!after) return page("1 ORDER BY key", {});
    return page("key > ?1 ORDER BY key", {*after});
}

std::vector<cursor> source::log(const std::optional<value>& least, const std::optional<cursor>& after) {
    const auto& table = std::get<change_table>(m_how.change);
    const std::string sequence = quoted(table.sequence);
    const std::string key = quoted(table.key);
    std::string sql = "SELECT " + sequence + ", " + key + " FROM " + quoted(table.table) + " WHERE " + key +
                      " IS NOT NULL AND typeof(" + sequence + ") = 'integer'";
    std::vector<value> parameters;
    if (after) {
        sql += " AND " + sequence + " >= ?1 AND (" + sequence + " > ?1 OR " + key + " > ?2 COLLATE BINARY)";
        parameters = {after->change, after->key};
    } else if (least) {
        sql += " AND " + sequence + " >= ?1";
        parameters = {*least};
    }
    statement found = m_db->prepare(sql + " ORDER BY " + sequence + ", " + key + " COLLATE BINARY" + page_limit);
    found.bind(parameters);
    std::vector<cursor> out;
    while (found.step()) out.push_back({found.column(0), found.column(1)});
    const auto comes_later = [](const cursor& one, const cursor& other) {
        if (sorts_before(other.change, one.change)) return true;
        return !sorts_before(one.change, other.change) && sorts_before(other.key, one.key);
    };
    if (after && !out.empty() && !comes_later(out.back(), *after))
        damaged("its change table is not in ascending order");
    return out;
}

value source::log_end() {
    const auto& table = std::get<change_table>(m_how.change);
    const std::string sequence = quoted(table.sequence);
    return m_db->single("SELECT max(" + sequence + ") FROM " + quoted(table.table) + " WHERE typeof(" + sequence +
                        ") = 'integer'");
}

std::vector<source_row> source::by_key(const value& key) {
    return rows(m_db->prepare(selection() + m_key + " = ?1 COLLATE BINARY LIMIT 2"), {key});
}

bool source::is_later(const value& one, const value& other) {
    return m_db->single("SELECT ?1 > ?2", {one, other}) == value{std::int64_t{1}};
}

value source::greatest_counter() {
    const auto* const column = std::get_if<change_column>(&m_how.change);
    if (column == nullptr || column->holds != change_column::kind::counter) return {};
    return m_db->single("SELECT max(" + m_change + ") FROM " + m_from + " WHERE " + dated());
}

value source::reread_from(const value& change) {
    const auto* const column = std::get_if<change_column>(&m_how.change);
    if (column == nullptr || column->reread.count() == 0) return change;
    const std::int64_t back =
        column->reread.count() * (column->holds == change_column::kind::unix_milliseconds ? 1000 : 1);
    if (const auto* const whole = std::get_if<std::int64_t>(&change)) return *whole - back;
    if (const auto* const number = std::get_if<double>(&change)) return *number - static_cast<double>(back);
    // With a space after the day, which sorts before both the T and the space of other notations.
    const value earlier = m_db->single("SELECT strftime('%Y-%m-%d %H:%M:%S', substr(?1, 1, 19), ?2)",
                                       {change, "-" + std::to_string(back) + " seconds"});
    return is_null(earlier) ? change : earlier;
}

std::int64_t source::count() {
    const value found = m_db->single("SELECT count(*) FROM " + m_from);
    return std::get<std::int64_t>(found);
}

std::int64_t source::count_without_key() {
    const value found = m_db->single("SELECT count(*) FROM " + m_from + " WHERE " + m_key + " IS NULL");
    return std::get<std::int64_t>(found);
}

std::vector<value> source::doubled_keys() {
    // By their external id: 1, '1', 1.0 and x'01' in hexadecimal may all have the same text.
    const std::string as_whole = "CAST(" + m_key + " AS INTEGER)";
    statement found = m_db->prepare("SELECT " + m_key + " FROM " + m_from + " WHERE " + m_key +
                                    " IS NOT NULL GROUP BY CASE WHEN typeof(" + m_key + ") = 'blob' THEN lower(hex(" +
                                    m_key + ")) WHEN typeof(" + m_key + ") = 'real' AND abs(" + m_key +
                                    ") < 1e15 AND " + m_key + " = " + as_whole + " THEN CAST(" + as_whole +
                                    " AS TEXT) ELSE CAST(" + m_key + " AS TEXT) END HAVING count(*) > 1");
    std::vector<value> out;
    while (found.step()) out.push_back(found.column(0));
    return out;
}

}  // namespace legacy_sync

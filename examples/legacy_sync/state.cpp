// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "state.hpp"

#include <unistd.h>

#include "process.hpp"

namespace legacy_sync {

namespace {

constexpr std::int64_t application_id = 0x73796e63;  // "sync"
constexpr std::int64_t schema_version = 2;

constexpr const char* first_schema = R"(
    BEGIN IMMEDIATE;
    CREATE TABLE contact (external_id TEXT PRIMARY KEY, uuid TEXT NOT NULL, hash BLOB NOT NULL,
                          archived INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE rejection (external_id TEXT PRIMARY KEY, key ANY, hash BLOB NOT NULL, reason TEXT NOT NULL,
                            at TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE cursor (name TEXT PRIMARY KEY, change ANY, key ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, what TEXT NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 0x73796e63;
    COMMIT)";

/// What version 2 adds to version 1.
constexpr const char* second_schema = R"(
    BEGIN IMMEDIATE;
    CREATE TABLE supplied (external_id TEXT, field TEXT, held BLOB NOT NULL, sending BLOB NOT NULL,
                           PRIMARY KEY (external_id, field)) STRICT, WITHOUT ROWID;
    CREATE TABLE conflict (external_id TEXT, field TEXT, key ANY, legacy TEXT NOT NULL, crm TEXT NOT NULL,
                           at TEXT NOT NULL, PRIMARY KEY (external_id, field)) STRICT, WITHOUT ROWID;
    UPDATE rejection SET external_id = CAST(x'ff' || substr(external_id, 5) AS TEXT)
        WHERE reason = 'the key is no text that could be sent'; -- the words of version 1
    PRAGMA user_version = 2;
    COMMIT)";

/// For this process only: creates the file if it does not exist.
database open_exclusive(const std::string& path) {
    try {
        database made = opened(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 1'000, path);
        made.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
        return made;
    } catch (const source_busy&) {
        throw failure{exit_status::other,
                      path + ": another sync is using it; stop that one, or use another --state file"};
    }
}

std::string text(const value& held) { return std::get<std::string>(held); }
std::string bytes(const value& held) { return std::get<blob>(held).bytes; }

rejection rejection_of(const statement& row) {
    return {text(row.column(0)), row.column(1), bytes(row.column(2)), text(row.column(3)), text(row.column(4))};
}

std::vector<open_conflict> conflicts_in(statement& found) {
    std::vector<open_conflict> out;
    while (found.step())
        out.push_back({text(found.column(0)),
                       found.column(2),
                       {text(found.column(1)), text(found.column(3)), text(found.column(4))},
                       text(found.column(5))});
    return out;
}

}  // namespace

state::state(const std::string& path) : m_db{open_exclusive(path)} {
    const bool is_new = m_db.single("SELECT count(*) FROM sqlite_schema") == value{std::int64_t{0}};
    if (is_new) m_db.run(first_schema);
    const value application = m_db.single("PRAGMA application_id");
    value version = m_db.single("PRAGMA user_version");
    // The second part is missing if version 1 created the file, or after a power cut in between.
    if (application == value{application_id} &&
        (version == value{std::int64_t{0}} || version == value{std::int64_t{1}})) {
        m_db.run(second_schema);
        version = value{schema_version};
    }
    if (application != value{application_id})
        throw failure{exit_status::usage, path + ": is a database of another program; use another --state file"};
    if (version != value{schema_version})
        throw failure{exit_status::usage,
                      path +
                          ": was written by another version of this program; if you move it away, every row will be "
                          "compared again"};
    m_db.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");  // only now, when the file is known to be ours
}

state state::open(const std::string& path) { return state{path}; }

state state::open_for_rehearsal(const std::string& path) {
    state made{::access(path.c_str(), F_OK) == 0 ? path : std::string{}};  // if empty, a temporary one
    made.m_db.run("BEGIN");                                                // never committed
    return made;
}

std::optional<known_contact> state::find(const std::string& external_id) {
    statement found = m_db.prepare("SELECT uuid, hash, archived FROM contact WHERE external_id = ?1");
    found.bind({external_id});
    if (!found.step()) return std::nullopt;
    return known_contact{text(found.column(0)), bytes(found.column(1)), found.column(2) != value{std::int64_t{0}}};
}

void state::record(const std::string& external_id, const known_contact& what) {
    m_db.run("SAVEPOINT record");
    m_db.prepare("INSERT OR REPLACE INTO contact VALUES (?1, ?2, ?3, ?4)")
        .bind({external_id, what.uuid, blob{what.hash}, std::int64_t{what.archived}})
        .step();
    clear_rejection(external_id);
    m_db.run("RELEASE record");
}

supplied_fields state::supplied_to(const std::string& external_id) {
    statement found = m_db.prepare("SELECT field, held, sending FROM supplied WHERE external_id = ?1");
    found.bind({external_id});
    supplied_fields out;
    while (found.step()) out[text(found.column(0))] = {bytes(found.column(1)), bytes(found.column(2))};
    return out;
}

void state::set_supplied(const std::string& external_id, const supplied_fields& what) {
    m_db.run("SAVEPOINT supplied");
    m_db.prepare("DELETE FROM supplied WHERE external_id = ?1").bind({external_id}).step();
    for (const auto& [field, each] : what)
        m_db.prepare("INSERT INTO supplied VALUES (?1, ?2, ?3, ?4)")
            .bind({external_id, field, blob{each.held}, blob{each.sending}})
            .step();
    m_db.run("RELEASE supplied");
}

void state::forget(const std::string& external_id) {
    m_db.run("SAVEPOINT forget");
    for (const char* const sql :
         {"DELETE FROM contact WHERE external_id = ?1", "DELETE FROM supplied WHERE external_id = ?1",
          "DELETE FROM conflict WHERE external_id = ?1"})
        m_db.prepare(sql).bind({external_id}).step();
    m_db.run("RELEASE forget");
}

std::vector<std::pair<std::string, std::string>> state::some_contacts() {
    statement found = m_db.prepare("SELECT external_id, uuid FROM contact WHERE archived = 0 LIMIT 5");
    std::vector<std::pair<std::string, std::string>> out;
    while (found.step()) out.emplace_back(text(found.column(0)), text(found.column(1)));
    return out;
}

void state::reject(const rejection& what) {
    m_db.prepare("INSERT OR REPLACE INTO rejection VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind({what.external_id, what.key, blob{what.hash}, what.reason, what.at})
        .step();
}

void state::clear_rejection(const std::string& external_id) {
    m_db.prepare("DELETE FROM rejection WHERE external_id = ?1").bind({external_id}).step();
}

std::optional<rejection> state::find_rejection(const std::string& external_id) {
    statement found = m_db.prepare("SELECT * FROM rejection WHERE external_id = ?1");
    found.bind({external_id});
    if (!found.step()) return std::nullopt;
    return rejection_of(found);
}

std::vector<rejection> state::rejections() {
    statement found = m_db.prepare("SELECT * FROM rejection ORDER BY at, external_id");
    std::vector<rejection> out;
    while (found.step()) out.push_back(rejection_of(found));
    return out;
}

void state::set_conflicts(const std::string& external_id, const std::vector<open_conflict>& all) {
    m_db.run("SAVEPOINT conflicts");
    m_db.prepare("DELETE FROM conflict WHERE external_id = ?1").bind({external_id}).step();
    for (const open_conflict& each : all)
        m_db.prepare("INSERT INTO conflict VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .bind({external_id, each.what.field, each.key, each.what.legacy, each.what.crm, each.at})
            .step();
    m_db.run("RELEASE conflicts");
}

std::vector<open_conflict> state::conflicts_of(const std::string& external_id) {
    statement found = m_db.prepare("SELECT * FROM conflict WHERE external_id = ?1 ORDER BY field");
    found.bind({external_id});
    return conflicts_in(found);
}

std::vector<open_conflict> state::conflicts() {
    statement found = m_db.prepare("SELECT * FROM conflict ORDER BY at, external_id, field");
    return conflicts_in(found);
}

std::optional<cursor> state::cursor_named(const char* name) {
    statement found = m_db.prepare("SELECT change, key FROM cursor WHERE name = ?1");
    found.bind({name});
    if (!found.step()) return std::nullopt;
    return cursor{found.column(0), found.column(1)};
}

void state::put_cursor(const char* name, const cursor& where) {
    m_db.prepare("INSERT OR REPLACE INTO cursor VALUES (?1, ?2, ?3)").bind({name, where.change, where.key}).step();
}

std::optional<cursor> state::position() { return cursor_named("position"); }
void state::move_to(const cursor& where) { put_cursor("position", where); }
std::optional<cursor> state::first_pass() { return cursor_named("first pass"); }
void state::begin_first_pass(const cursor& where) { put_cursor("first pass", where); }

std::string state::setting(const std::string& name) {
    const value found = m_db.single("SELECT what FROM setting WHERE name = ?1", {name});
    return is_null(found) ? std::string{} : text(found);
}

void state::set(const std::string& name, const std::string& what) {
    m_db.prepare("INSERT OR REPLACE INTO setting VALUES (?1, ?2)").bind({name, what}).step();
}

}  // namespace legacy_sync

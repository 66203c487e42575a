// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "databases.hpp"

#include "process.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace {

constexpr int patience_ms = 10'000;

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

database opened(const std::string& path, int flags, int busy_timeout_ms, const std::string& name) {
    database made{path, flags, busy_timeout_ms, fail, name};
    // So that a stop also ends a query that never finishes.
    sqlite3_progress_handler(
        made.handle(), 10'000, [](void*) { return stop_asked() ? 1 : 0; }, nullptr);
    return made;
}

}  // namespace

bool sorts_before(const value& one, const value& other) noexcept {
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

database open_read_only(const std::string& path) {
    database made = opened(path, SQLITE_OPEN_READONLY, patience_ms, path);
    made.run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema");
    return made;
}

database open_exclusive(const std::string& path) {
    database made = opened(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 1'000, path);
    made.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
    return made;
}

database open_temporary(const std::string& name) {
    database made = opened({}, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, patience_ms, name);
    made.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768");
    return made;
}

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

}  // namespace legacy_sync

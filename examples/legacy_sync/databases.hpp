// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The databases of the sync: the source, which is only read; the state, which is ours alone; and temporary copies.
// Depends on common/sqlite.hpp; never on the meaning of rows.
#pragma once

#include <string>
#include <string_view>

#include <sqlite.hpp>

namespace legacy_sync {

using common::blob;
using common::database;
using common::is_null;
using common::statement;
using common::value;

// Errors are thrown as `failure`, which names the file, or as `source_busy` if another process has locked it. A stop
// ends even a query that never finishes, by `stopped`.

/// Opens for reading only: no statement can change the file, and functions or extensions that it names cannot do harm.
[[nodiscard]] database open_read_only(const std::string& path);
/// Opens for this process only: creates the file if it does not exist; fails while another process has it.
[[nodiscard]] database open_exclusive(const std::string& path);
/// Opens a database in memory, which becomes a private temporary file as it grows. `name` is its name in errors.
[[nodiscard]] database open_temporary(const std::string& name);

/// Whether one value comes before another by SQLite's order, texts byte by byte (collation BINARY).
[[nodiscard]] bool sorts_before(const value& one, const value& other) noexcept;

/// `name` as an identifier in SQL.
[[nodiscard]] std::string quoted(std::string_view name);

}  // namespace legacy_sync

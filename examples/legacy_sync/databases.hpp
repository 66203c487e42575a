// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The databases of the sync: the source, which is only read; the state, which is ours alone; and what is copied.
// Depends on common/sqlite.hpp; never on what the rows mean.
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

// What fails is thrown as `failure`, which names the file, and as `source_busy` where another process keeps it locked.
// A query without end ends with the process, by `stopped`.

/// For reading only: no statement can change the file, and neither functions nor extensions that it names can do harm.
[[nodiscard]] database open_read_only(const std::string& path);
/// For us alone: created where there is none; refused while another process has it.
[[nodiscard]] database open_exclusive(const std::string& path);
/// In memory, and in a private temporary file where that grows. `name`: what failures call it.
[[nodiscard]] database open_temporary(const std::string& name);

/// Whether one value comes before another by SQLite's order, texts byte by byte (collation BINARY).
[[nodiscard]] bool sorts_before(const value& one, const value& other) noexcept;

/// `name` as an identifier in SQL.
[[nodiscard]] std::string quoted(std::string_view name);

}  // namespace legacy_sync

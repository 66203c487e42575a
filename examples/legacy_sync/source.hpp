// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The legacy database: reads its changes one page at a time, so that its lock is never held while something is sent.
// Depends on mapping.hpp and contact.hpp; never on the CRM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contact.hpp"
#include "mapping.hpp"

namespace legacy_sync {

using common::database;
using common::statement;

/// Opens a database (see `common::database`); with an empty path, a private temporary file. Errors are thrown as
/// `failure`, which names the file, or as `source_busy` if another process has locked it. A stop ends even a query that
/// never finishes, by `stopped`.
[[nodiscard]] database opened(const std::string& path, int flags, int busy_timeout_ms, const std::string& name);

/// How far the source was read: a value of the change column or of the change table's sequence, and a key.
struct cursor {
    value change;
    value key;
};

/// Reads the source that a mapping describes. Throws `failure` (usage) if they do not match.
class source {
public:
    static constexpr std::size_t page_rows = 200;

    source(std::string path, const mapping& how);

    /// Whether another process committed anything since the last call, or since the start. Cheap enough to call often.
    [[nodiscard]] bool has_changed();

    /// Every row, by key, one page at a time. `after` is the key of the last row seen; if empty, makes a new copy of
    /// the rows and starts with the first. The next two functions do the same.
    [[nodiscard]] std::vector<source_row> all(const std::optional<value>& after);

    /// The rows whose change column is at least `least` (or all, if that is empty), by (change, key).
    [[nodiscard]] std::vector<source_row> changed(const std::optional<value>& least,
                                                  const std::optional<cursor>& after);

    /// The rows whose change column has a value without an order: NULL, another type, a time in the future. By key.
    [[nodiscard]] std::vector<source_row> undated(const std::optional<value>& after);

    /// The entries of the change table from `least` on, by (sequence, key).
    [[nodiscard]] std::vector<cursor> log(const std::optional<value>& least, const std::optional<cursor>& after);
    /// The greatest sequence of the change table; NULL if it is empty.
    [[nodiscard]] value log_end();

    /// The rows with this key: none, one, or more if the key is not unique.
    [[nodiscard]] std::vector<source_row> by_key(const value& key);

    /// Whether one value of the change column, or of the sequence, comes after another.
    [[nodiscard]] bool is_later(const value& one, const value& other);

    /// The greatest value of a change column that is a counter; NULL if it is not a counter, or has no value.
    [[nodiscard]] value greatest_counter();

    /// Where a pass begins, `reread_seconds` of the mapping before the cursor.
    [[nodiscard]] value reread_from(const value& change);

    [[nodiscard]] std::int64_t count();
    [[nodiscard]] std::int64_t count_without_key();
    /// The keys that several rows share. One scan.
    [[nodiscard]] std::vector<value> doubled_keys();

private:
    void open();
    [[nodiscard]] std::optional<std::string> rowid_alias(const std::vector<std::string>& columns) const;
    void must_be_whole() const;
    [[noreturn]] void damaged(const std::string& what) const;
    void copy(const std::string& where, const std::vector<value>& parameters);
    [[nodiscard]] std::string selection() const;
    [[nodiscard]] std::vector<source_row> page(const std::string& where, const std::vector<value>& parameters);
    [[nodiscard]] std::vector<source_row> by_key_after(const std::optional<value>& after);
    [[nodiscard]] std::vector<source_row> rows(statement found, const std::vector<value>& parameters) const;
    [[nodiscard]] std::string dated() const;

    std::string m_path;
    const mapping& m_how;
    std::string m_from;    ///< the SQL after FROM
    std::string m_key;     ///< quoted, as are the next
    std::string m_change;  ///< "NULL" if there is no change column
    std::optional<database> m_db;
    std::optional<database> m_copy;  ///< a copy of the rows of this pass, from its first page on
    value m_version{};
};

}  // namespace legacy_sync

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The mapping file, checked strictly: which columns of a legacy database become which fields of a contact.
// Depends on Boost.JSON; never on the database. README.md describes the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace legacy_sync {

/// 16 bytes of BLAKE2b, to detect changed content; it does not keep the content secret.
[[nodiscard]] std::string digest(std::string_view content);

/// Which side a field belongs to.
enum class owner : std::uint8_t {
    legacy,                ///< the legacy database: sent with each change, whatever the CRM holds
    legacy_unless_edited,  ///< the legacy database, as long as the CRM holds what was last sent
    create_only,           ///< the CRM, but it starts with the legacy value
    crm,                   ///< the CRM: never sent
};

/// What to do with a field that was edited in the CRM and has another value in the legacy database.
enum class on_conflict : std::uint8_t {
    report,     ///< keep it, report it, and mark it in the CRM, until one side is chosen
    keep_crm,   ///< keep it, without a report
    overwrite,  ///< replace it by the value of the legacy database
};

/// A field of a contact that the sync sends.
struct mapped_field {
    std::string name;  ///< "email"; for metadata, the name of the member only
    bool is_metadata = false;
    std::string column;
    bool on_one_line = false;  ///< line ends, tabs and other control characters become one space
    owner belongs_to = owner::legacy;
    legacy_sync::on_conflict on_conflict = legacy_sync::on_conflict::report;  ///< for `legacy_unless_edited`

    /// As the mapping file spells it: "email", "metadata.points".
    [[nodiscard]] std::string full_name() const;
};

/// The member of a contact's metadata that names its fields in conflict, for users of the CRM.
inline constexpr std::string_view conflict_mark = "sync_conflict";

/// Changes are detected by a column of the source itself.
struct change_column {
    enum class kind : std::uint8_t { iso_time, unix_seconds, unix_milliseconds, counter };

    std::string column;
    kind holds = kind::counter;
    std::chrono::seconds reread{0};  ///< how far before the cursor each pass begins; 0 for a counter
};

/// Changes, including deletions, are recorded in a table of their own.
struct change_table {
    std::string table;
    std::string sequence;  ///< its column of growing integers
    std::string key;       ///< its column that names the changed row
};

/// Changes are not recorded: each pass reads every row.
struct no_change {};

struct mapping {
    std::string table;  ///< either a table or view
    std::string query;  ///< or a query
    std::string key;
    std::variant<no_change, change_column, change_table> change;
    bool archives_deleted = false;
    std::string external_id_prefix;
    std::vector<mapped_field> fields;
    std::string fingerprint;  ///< changes with the content of the file

    /// Throws `failure` (usage), which names the file, the place in it and what is expected there.
    static mapping read(const std::string& path);
    static mapping parse(std::string_view text, const std::string& path);
};

}  // namespace legacy_sync

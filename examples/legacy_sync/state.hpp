// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the sync remembers between runs: the cursor, the contact of each row, the values supplied to fields that people
// may edit, and the rows and fields that differ from the source. An SQLite file, private to its owner. Depends on
// source.hpp and contact.hpp; never on the CRM.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contact.hpp"
#include "source.hpp"

namespace legacy_sync {

/// The contact that a row became.
struct known_contact {
    std::string uuid;
    std::string hash;       ///< of what was last sent; empty if unknown
    bool archived = false;  ///< by us, because its row is gone
};

/// A conflict that somebody must resolve.
struct open_conflict {
    std::string external_id;
    value key;
    conflict what;
    std::string at;  ///< RFC 3339
};

/// A row whose current content the CRM does not have.
struct rejection {
    std::string external_id;
    value key;
    std::string hash;  ///< of what was refused; empty if the row could not even be read
    std::string reason;
    std::string at;  ///< RFC 3339
};

/// Every change is a transaction, so that a process killed at any moment leaves nothing half done. A power cut may lose
/// the last changes, and deleting the file loses all. Rows are then sent again; the CRM finds their external ids, and
/// the sync updates those contacts. Neither case creates duplicates.
class state {
public:
    /// Creates the file if it does not exist. Refuses a file of another program or version, or one that is in use.
    static state open(const std::string& path);
    /// The same content, or none if there is no file; changes are discarded when the object is destroyed.
    static state open_for_rehearsal(const std::string& path);

    [[nodiscard]] std::optional<known_contact> find(const std::string& external_id);
    /// The row was sent: removes it from the refused rows.
    void record(const std::string& external_id, const known_contact& what);
    /// The values of fields that people may edit in the CRM: stored before they are sent, and again after the answer.
    [[nodiscard]] supplied_fields supplied_to(const std::string& external_id);
    void set_supplied(const std::string& external_id, const supplied_fields& what);
    void forget(const std::string& external_id);
    /// Some external ids, and the uuids of their contacts.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> some_contacts();

    void reject(const rejection& what);
    void clear_rejection(const std::string& external_id);
    [[nodiscard]] std::optional<rejection> find_rejection(const std::string& external_id);
    [[nodiscard]] std::vector<rejection> rejections();

    /// Replaces the conflicts of the row.
    void set_conflicts(const std::string& external_id, const std::vector<open_conflict>& all);
    [[nodiscard]] std::vector<open_conflict> conflicts_of(const std::string& external_id);
    [[nodiscard]] std::vector<open_conflict> conflicts();

    /// How far the source was read. Empty before the first pass.
    [[nodiscard]] std::optional<cursor> position();
    void move_to(const cursor& where);
    /// Where the change table ended when the first pass began.
    [[nodiscard]] std::optional<cursor> first_pass();
    void begin_first_pass(const cursor& where);

    /// What the state belongs to: the CRM's address, the source's path, the mapping's fingerprint.
    [[nodiscard]] std::string setting(const std::string& name);
    void set(const std::string& name, const std::string& what);

private:
    explicit state(const std::string& path);
    [[nodiscard]] std::optional<cursor> cursor_named(const char* name);
    void put_cursor(const char* name, const cursor& where);

    database m_db;
};

}  // namespace legacy_sync

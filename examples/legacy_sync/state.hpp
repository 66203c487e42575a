// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the sync remembers between its runs: the cursor, which contact each row became, what was supplied to fields that
// people edit, and what is not as the source has it. An SQLite file of its own, private to its owner. Depends on
// databases.hpp and merge.hpp; never on the source or on the CRM.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contact.hpp"
#include "databases.hpp"
#include "source.hpp"

namespace legacy_sync {

/// The contact that a row became.
struct known_contact {
    std::string uuid;
    std::string hash;       ///< of what was last sent; empty where that is not known
    bool archived = false;  ///< by us, since its row is gone
};

/// A field about which somebody must decide.
struct open_conflict {
    std::string external_id;
    value key;
    conflict what;
    std::string at;  ///< RFC 3339
};

/// A row that the CRM does not have as it is now.
struct rejection {
    std::string external_id;
    value key;
    std::string hash;  ///< of what was refused; empty where the row could not even be read
    std::string reason;
    std::string at;  ///< RFC 3339
};

/// Every change is a transaction, so that a process killed at any moment leaves nothing half done. A power cut may lose
/// the last of them, and so may a deleted file lose all: what was sent is then sent again, meets its own external id,
/// and becomes an update. Nothing is doubled by either.
class state {
public:
    /// Creates the file where there is none. Refuses one of another program or version, and one that is in use.
    static state open(const std::string& path);
    /// The same content, or none where there is no file; what is remembered then is forgotten with this.
    static state open_for_rehearsal(const std::string& path);

    [[nodiscard]] std::optional<known_contact> find(const std::string& external_id);
    /// The row was sent: it is no longer among the refused.
    void record(const std::string& external_id, const known_contact& what);
    /// Of fields that people may edit in the CRM: told before they are sent, and again when that is answered.
    [[nodiscard]] supplied_fields supplied_to(const std::string& external_id);
    void set_supplied(const std::string& external_id, const supplied_fields& what);
    void forget(const std::string& external_id);
    /// Some external ids, and the uuids of their contacts.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> some_contacts();

    void reject(const rejection& what);
    void clear_rejection(const std::string& external_id);
    [[nodiscard]] std::optional<rejection> find_rejection(const std::string& external_id);
    [[nodiscard]] std::vector<rejection> rejections();

    /// In place of those that the row had.
    void set_conflicts(const std::string& external_id, const std::vector<open_conflict>& all);
    [[nodiscard]] std::vector<open_conflict> conflicts_of(const std::string& external_id);
    [[nodiscard]] std::vector<open_conflict> conflicts();

    /// How far the source was read. Nothing before its first pass.
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

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The sync itself: each row that changed becomes a contact, once, whatever happens in between.
// Depends on everything below it: source, state, crm, teller.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "contact.hpp"
#include "crm.hpp"
#include "mapping.hpp"
#include "process.hpp"
#include "source.hpp"
#include "state.hpp"

namespace legacy_sync {

/// The rows of one pass, by outcome.
struct counts {
    std::size_t read = 0, created = 0, updated = 0, archived = 0, unchanged = 0, rejected = 0;
    std::size_t conflicts = 0;  ///< fields that were found edited in the CRM

    [[nodiscard]] bool has_news() const noexcept { return created + updated + archived + rejected + conflicts > 0; }
    [[nodiscard]] std::string text() const;
};

/// Nothing is lost or duplicated, at whatever moment the process ends: the cursor moves only after the rows before it
/// were recorded; a row is recorded only after the CRM answered; and a row that was sent but not recorded is sent
/// again, and the CRM then names the contact with its external id.
class synchroniser {
public:
    struct settings {
        bool everything = false;  ///< reads every row again, once
        std::string report;       ///< the file that lists what could not be sent
    };

    /// `to` is null for a dry run, which prints what would be sent, and neither sends nor stores anything.
    synchroniser(const mapping& how, source& from, state& remembers, crm* to, teller& tells, settings given);

    /// Reads the changes and sends them. Throws what its parts throw, and can be called again after that.
    counts pass();

    /// Whether the CRM has every row as it is now.
    [[nodiscard]] bool is_complete() { return m_state.rejections().empty() && m_state.conflicts().empty(); }

private:
    void retry_what_is_open();
    void retry(const value& key, const std::string& external_id);
    void read_everything();
    void read_changed();
    void read_log();
    void note_doubled_keys();
    void note_missing_keys();
    void take(const source_row& row);
    void take_deleted(const value& key);
    void send(const source_row& row, const std::string& external_id, const contact_draft& draft);
    void tell_conflicts(const value& key, const std::string& external_id, const std::vector<conflict>& found);
    void archive(const value& key, const std::string& external_id);
    void reject(const std::string& external_id, const value& key, const std::string& hash, const std::string& reason);
    void write_report();
    void one_more();
    void would(const std::string& line) { m_tells.result("would " + line); }

    const mapping& m_how;
    source& m_from;
    state& m_state;
    crm* m_to;
    teller& m_tells;
    settings m_given;
    counts m_counts;
    std::optional<std::string> m_reported;  ///< the content of the report
    std::size_t m_total = 0;                ///< the number of rows of this pass, as far as known
    std::set<std::string> m_doubled;        ///< external ids that more than one row claims
    bool m_retries_rejected = true;         ///< the first pass of a process retries rows that were refused before
    bool m_retrying = false;
};

}  // namespace legacy_sync

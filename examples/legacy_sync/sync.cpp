// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "sync.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>
#include <variant>

#include <boost/json.hpp>

#include "atomic_file.hpp"
#include "contact_rules.hpp"
#include "exact_json.hpp"
#include "process.hpp"
#include "text.hpp"
#include "time_text.hpp"

namespace legacy_sync {

namespace json = boost::json;
using common::printable;

namespace {

std::string now_text() {
    return common::time_text(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

/// Parses JSON that we wrote, with exact numbers.
json::value value_of(const std::string& text) {
    auto read = common::read_object("{\"it\":" + text + "}");
    return std::get<json::object>(read).at("it");
}

// Rows without an external id are stored under names that cannot be ids: ids are UTF-8 and not empty.
const std::string no_key_id;
constexpr char no_id_mark = '\xff';

bool is_external_id(const std::string& name) { return !name.empty() && name.front() != no_id_mark; }

}  // namespace

std::string counts::text() const {
    return std::to_string(read) + " looked at, " + std::to_string(created) + " created, " + std::to_string(updated) +
           " updated, " + std::to_string(archived) + " archived, " + std::to_string(unchanged) + " unchanged, " +
           std::to_string(rejected) + " not sent" +
           (conflicts == 0 ? "" : ", " + std::to_string(conflicts) + " kept as edited in the CRM");
}

synchroniser::synchroniser(const mapping& how, source& from, state& remembers, crm* to, teller& tells, settings given)
    : m_how{how}, m_from{from}, m_state{remembers}, m_to{to}, m_tells{tells}, m_given{std::move(given)} {}

counts synchroniser::pass() {
    m_counts = {};
    m_total = 0;
    const bool first = m_retries_rejected;
    if (first) note_doubled_keys();
    note_missing_keys();
    if (first) retry_what_is_open();
    m_retries_rejected = false;

    if (std::holds_alternative<change_column>(m_how.change))
        read_changed();
    else if (std::holds_alternative<change_table>(m_how.change))
        read_log();
    else
        read_everything();
    m_given.everything = false;
    write_report();
    return m_counts;
}

void synchroniser::note_doubled_keys() {
    m_doubled.clear();
    for (const value& key : m_from.doubled_keys()) {
        const auto external_id = external_id_of(m_how, key);
        if (!external_id) continue;
        m_doubled.insert(*external_id);
        reject(*external_id, key, {}, "more than one row has this key");
    }
}

void synchroniser::note_missing_keys() {
    const auto missing = m_from.count_without_key();
    if (missing == 0)
        m_state.clear_rejection(no_key_id);
    else
        reject(no_key_id, {}, std::to_string(missing), std::to_string(missing) + " rows have no key (NULL)");
}

void synchroniser::retry_what_is_open() {
    m_retrying = true;
    for (const rejection& each : m_state.rejections())
        if (each.external_id != no_key_id && !m_doubled.contains(each.external_id)) retry(each.key, each.external_id);
    std::string before;
    for (const open_conflict& each : m_state.conflicts())
        if (std::exchange(before, each.external_id) != each.external_id) retry(each.key, each.external_id);
    m_retrying = false;
}

void synchroniser::retry(const value& key, const std::string& external_id) {
    const auto rows = m_from.by_key(key);
    for (const source_row& row : rows) take(row);
    if (!rows.empty()) return;
    m_state.set_conflicts(external_id, {});
    if (m_how.archives_deleted)
        take_deleted(key);
    else
        m_state.clear_rejection(external_id);
}

void synchroniser::read_everything() {
    std::optional<value> after;
    for (;;) {
        const auto rows = m_from.all(after);
        if (rows.size() == source::page_rows && m_total == 0) m_total = static_cast<std::size_t>(m_from.count());
        for (const source_row& row : rows) take(row);
        if (rows.size() < source::page_rows) return;
        after = rows.back().key;
    }
}

void synchroniser::read_changed() {
    auto position = m_given.everything ? std::nullopt : m_state.position();
    if (const value end = m_from.greatest_counter();
        position && !is_null(end) && m_from.is_later(position->change, end)) {
        m_tells.note("the change counter went back, as after a restored backup: comparing every row");
        position.reset();
    }
    std::optional<value> least;
    if (position) least = m_from.reread_from(position->change);
    std::optional<cursor> after;
    for (;;) {
        const auto rows = m_from.changed(least, after);
        if (rows.size() == source::page_rows && m_total == 0) m_total = static_cast<std::size_t>(m_from.count());
        for (const source_row& row : rows) take(row);
        if (rows.empty()) break;
        after = cursor{rows.back().change, rows.back().key};
        // Rows that are read again are before the cursor, which does not go back.
        if (!position || m_from.is_later(after->change, position->change)) m_state.move_to(*after);
        if (rows.size() < source::page_rows) break;
    }
    std::optional<value> after_undated;
    for (;;) {
        const auto rows = m_from.undated(after_undated);
        for (const source_row& row : rows) take(row);
        if (rows.size() < source::page_rows) return;
        after_undated = rows.back().key;
    }
}

void synchroniser::read_log() {
    auto position = m_state.position();
    const value end = m_from.log_end();
    // If the log ends before the cursor, it was emptied and started again, and changes may be missing.
    const bool restarted =
        position && (is_null(end) ? !is_null(position->change) : m_from.is_later(position->change, end));
    if (!position || restarted || m_given.everything) {
        // Changes made while every row is read are found in the log afterwards. A first pass that was killed starts
        // again from the same entry, because only the log records rows deleted in the meantime.
        cursor begin{end, {}};
        if (position && !restarted)
            begin = *position;
        else if (const auto earlier = m_state.first_pass(); earlier && !restarted)
            begin = *earlier;
        else
            m_state.begin_first_pass(begin);
        read_everything();
        m_state.move_to(begin);
        position = begin;
    }
    std::optional<value> least;
    if (!is_null(position->change)) least = position->change;
    std::optional<cursor> after;
    for (;;) {
        const auto entries = m_from.log(least, after);
        for (const cursor& entry : entries) {
            const auto rows = m_from.by_key(entry.key);
            for (const source_row& row : rows) take(row);
            if (rows.empty()) take_deleted(entry.key);
        }
        if (entries.empty()) return;
        after = entries.back();
        m_state.move_to(*after);
        if (entries.size() < source::page_rows) return;
    }
}

void synchroniser::one_more() {
    if (stop_asked()) throw stopped{};
    ++m_counts.read;
    if (m_total != 0) m_tells.progress(m_counts.read, m_total);
}

void synchroniser::take(const source_row& row) {
    one_more();
    const auto external_id = external_id_of(m_how, row.key);
    if (!external_id) {
        reject(no_id_mark + shown(row.key), row.key, {}, "the key cannot be sent as text");
        return;
    }
    if (m_doubled.contains(*external_id)) return;  // reported at the start
    const contact_draft draft = draft_of(m_how, row, *external_id);
    if (!draft.problem.empty()) return reject(*external_id, row.key, draft.whole_hash, draft.problem);
    // The same content would be refused again, until the sync is restarted.
    if (!m_retrying)
        if (const auto before = m_state.find_rejection(*external_id); before && before->hash == draft.whole_hash)
            return;
    send(row, *external_id, draft);
}

void synchroniser::send(const source_row& row, const std::string& external_id, const contact_draft& draft) {
    auto known = m_state.find(external_id);
    const bool is_open = m_retrying && m_to != nullptr && !m_state.conflicts_of(external_id).empty();
    if (known && known->hash == draft.hash && !known->archived && !is_open) {
        ++m_counts.unchanged;
        m_state.clear_rejection(external_id);
        return;
    }
    if (m_to == nullptr) {
        if (const auto wrong = common::problems_of_contact(draft.creation); !wrong.empty()) {
            std::string fields;
            for (const auto& [field, message] : wrong)
                fields += (fields.empty() ? "" : "; ") + printable(field) + ": " + message;
            return reject(external_id, row.key, draft.whole_hash, fields);
        }
        if (known)
            would("update " + printable(external_id) + " " + printable(json::serialize(draft.update), 1000) +
                  (draft.unless_edited.empty()
                       ? ""
                       : " and, unless edited in the CRM, " + printable(json::serialize(draft.unless_edited), 1000)));
        else
            would("create " + printable(external_id) + " " + printable(json::serialize(draft.creation), 1000));
        ++(known ? m_counts.updated : m_counts.created);
        m_state.record(external_id, {known ? known->uuid : std::string{}, draft.hash});
        return;
    }
    const bool guarded = !draft.unless_edited.empty();
    const supplied_fields before = m_state.supplied_to(external_id);
    // If the contact is deleted or created in the CRM in the meantime, another request is needed.
    for (int tries = 0; tries < 3; ++tries) {
        if (!known) {
            if (guarded) m_state.set_supplied(external_id, creating(draft, before));
            auto made = m_to->create(draft.creation);
            if (const auto* const refused = std::get_if<row_refused>(&made))
                return reject(external_id, row.key, draft.whole_hash, refused->reason);
            if (const auto* const fresh = std::get_if<done>(&made)) {
                if (guarded) m_state.set_supplied(external_id, answered(m_how, {}, fresh->contact));
                m_state.record(external_id, {fresh->uuid, draft.hash});
                ++m_counts.created;
                return;
            }
            known = known_contact{.uuid = std::get<already_there>(made).uuid, .hash = {}};
        }
        std::variant<done, not_there, row_refused> outcome = done{};
        if (known->archived) outcome = m_to->set_archived(known->uuid, external_id, false);
        merged what;
        if (std::holds_alternative<done>(outcome) && (guarded || is_open || !draft.update.empty()))
            outcome = m_to->update(known->uuid, external_id, [&](const json::object& contact) {
                what = merge(m_how, draft, before, contact);
                if (guarded) m_state.set_supplied(external_id, what.sending);
                return what.changes;
            });
        if (const auto* const refused = std::get_if<row_refused>(&outcome))
            return reject(external_id, row.key, draft.whole_hash, refused->reason);
        if (const auto* const made = std::get_if<done>(&outcome)) {
            tell_conflicts(row.key, external_id, what.reported);
            if (guarded) m_state.set_supplied(external_id, answered(m_how, what, made->contact));
            m_state.record(external_id, {known->uuid, draft.hash});
            ++(made->changed || !is_open ? m_counts.updated : m_counts.unchanged);
            return;
        }
        m_tells.note(printable(external_id) + ": its contact was deleted in the CRM; creating it again");
        m_state.forget(external_id);
        known.reset();
    }
    reject(external_id, row.key, draft.whole_hash, "the contact keeps appearing and disappearing in the CRM");
}

void synchroniser::tell_conflicts(const value& key, const std::string& external_id,
                                  const std::vector<conflict>& found) {
    const auto before = m_state.conflicts_of(external_id);
    std::vector<open_conflict> now;
    for (const conflict& each : found) {
        const auto same =
            std::find_if(before.begin(), before.end(), [&](const open_conflict& one) { return one.what == each; });
        now.push_back({external_id, key, each, same != before.end() ? same->at : now_text()});
        if (same != before.end()) continue;
        ++m_counts.conflicts;
        m_tells.note(printable(external_id) + ": " + printable(each.field) +
                     " was edited in the CRM and is kept; the report has both values");
    }
    m_state.set_conflicts(external_id, now);
}

void synchroniser::take_deleted(const value& key) {
    const auto external_id = external_id_of(m_how, key);
    if (!external_id || m_doubled.contains(*external_id)) return;
    one_more();
    if (m_how.archives_deleted) return archive(key, *external_id);
    ++m_counts.unchanged;
    m_state.clear_rejection(*external_id);
}

void synchroniser::archive(const value& key, const std::string& external_id) {
    const auto known = m_state.find(external_id);
    if (known && known->archived) {
        ++m_counts.unchanged;
        m_state.clear_rejection(external_id);
        return;
    }
    if (m_to == nullptr) {
        would("archive " + printable(external_id));
        ++m_counts.archived;
        m_state.record(external_id, {known ? known->uuid : std::string{}, {}, true});
        return;
    }
    std::string uuid = known ? known->uuid : std::string{};
    std::variant<done, not_there, row_refused> outcome = done{uuid};
    if (!known) {  // created by a process that was killed before it recorded it, or never created
        outcome = m_to->find(external_id);
        if (const auto* const found = std::get_if<done>(&outcome)) uuid = found->uuid;
    }
    if (std::holds_alternative<done>(outcome)) outcome = m_to->set_archived(uuid, external_id, true);
    if (const auto* const refused = std::get_if<row_refused>(&outcome))
        return reject(external_id, key, {}, "cannot be archived: " + refused->reason);
    if (std::holds_alternative<not_there>(outcome)) {
        m_state.forget(external_id);
        m_state.clear_rejection(external_id);
        ++m_counts.unchanged;
        return;
    }
    m_state.set_conflicts(external_id, {});
    m_state.record(external_id, {uuid, {}, true});
    ++m_counts.archived;
}

void synchroniser::reject(const std::string& external_id, const value& key, const std::string& hash,
                          const std::string& reason) {
    const auto before = m_state.find_rejection(external_id);
    const bool news = m_retries_rejected || !before || before->reason != reason || before->hash != hash;
    if (!news) return;
    ++m_counts.rejected;
    std::string name = external_id.empty() ? "" : printable(external_id) + ": ";
    if (!is_external_id(external_id) && !external_id.empty()) name = "key " + shown(key) + ": ";
    m_state.reject({external_id, key, hash, reason, before ? before->at : now_text()});
    if (m_to == nullptr)
        would("not send " + name + reason);
    else
        m_tells.note("not sent: " + name + reason);
}

void synchroniser::write_report() {
    if (m_to == nullptr) return;
    std::string lines;
    for (const rejection& each : m_state.rejections())
        lines += json::serialize(json::object{
                     {"external_id", is_external_id(each.external_id) ? json::value(each.external_id) : json::value()},
                     {"key", shown(each.key)},
                     {"reason", each.reason},
                     {"since", each.at}}) +
                 "\n";
    for (const open_conflict& each : m_state.conflicts())
        lines += common::to_text(json::object{{"external_id", each.external_id},
                                              {"key", shown(each.key)},
                                              {"conflict", each.what.field},
                                              {"legacy", value_of(each.what.legacy)},
                                              {"crm", value_of(each.what.crm)},
                                              {"since", each.at}}) +
                 "\n";
    if (lines == m_reported) return;
    // Private, like the state.
    if (const int failed = common::replace_file(m_given.report, lines, 0600); failed != 0)
        throw failure{exit_status::other, m_given.report + ": cannot be written: " + std::strerror(failed)};
    m_reported = std::move(lines);
}

}  // namespace legacy_sync

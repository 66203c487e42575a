// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "merge.hpp"

#include <algorithm>

#include "digest.hpp"
#include "exact_json.hpp"

namespace legacy_sync {

namespace json = boost::json;

namespace {

/// What the contact has; null where it has nothing.
json::value held_by(const json::object& contact, const mapped_field& field) {
    const json::object* from = &contact;
    if (field.is_metadata) {
        const json::value* const metadata = contact.if_contains("metadata");
        from = metadata == nullptr ? nullptr : metadata->if_object();
    }
    const json::value* const found = from == nullptr ? nullptr : from->if_contains(field.name);
    return found == nullptr ? json::value() : *found;
}

constexpr std::size_t max_mark_bytes = 800;  // and one name more: the CRM takes 1,000

std::string digest_of(const json::value& held) { return digest(common::to_text(held)); }

}  // namespace

merged merge(const mapping& how, const contact_draft& draft, const supplied_fields& before,
             const json::object& contact) {
    merged made{draft.update, {}, {}, {}};
    std::string marked;
    for (const mapped_field& field : how.fields) {
        const std::string name = field.full_name();
        const json::value* const legacy = draft.unless_edited.if_contains(name);
        if (legacy == nullptr) continue;
        const json::value there = held_by(contact, field);
        const std::string held = digest_of(there);
        const auto ours = before.find(name);
        const bool is_ours = ours != before.end() && (held == ours->second.held || held == ours->second.sending);
        const bool is_new = there.is_null() && (ours == before.end() || ours->second.held.empty());
        if (is_ours || is_new || there == *legacy || field.on_conflict == on_conflict::overwrite) {
            put(made.changes, field, *legacy);
            made.sending[name] = {held, digest_of(*legacy)};
            continue;
        }
        if (ours != before.end()) made.sending.insert(*ours);
        made.kept.push_back({name, common::to_text(*legacy), common::to_text(there)});
        if (field.on_conflict == on_conflict::keep_crm) continue;
        made.reported.push_back(made.kept.back());
        if (marked.size() < max_mark_bytes) marked += (marked.empty() ? "" : ", ") + name;
    }
    const mapped_field mark{.name = std::string{conflict_mark}, .is_metadata = true, .column = {}};
    const json::value now = marked.empty() ? json::value() : json::value(marked);
    if (held_by(contact, mark) != now) put(made.changes, mark, now);
    return made;
}

supplied_fields creating(const contact_draft& draft, const supplied_fields& before) {
    supplied_fields made = before;
    for (const auto& [name, legacy] : draft.unless_edited) {
        supplied& field = made[std::string{name}];
        if (field.held.empty()) field.held = field.sending;
        field.sending = digest_of(legacy);
    }
    return made;
}

supplied_fields answered(const mapping& how, const merged& sent, const json::object& contact) {
    supplied_fields made = sent.sending;
    for (const mapped_field& field : how.fields) {
        const std::string name = field.full_name();
        const bool is_kept =
            std::any_of(sent.kept.begin(), sent.kept.end(), [&](const conflict& each) { return each.field == name; });
        if (field.belongs_to == owner::legacy_unless_edited && !is_kept)
            made[name] = {digest_of(held_by(contact, field)), {}};
    }
    return made;
}

}  // namespace legacy_sync

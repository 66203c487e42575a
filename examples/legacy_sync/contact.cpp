// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "contact.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "exact_json.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace json = boost::json;
using common::find_invalid_utf8;
using common::hexadecimal;
using common::printable;
using common::trimmed;

namespace {

constexpr std::size_t max_text_bytes = 65'536;

/// The shortest decimal that reads back as the same number; a phone number stored as REAL is written in digits only.
std::string decimal(double number) {
    std::array<char, 400> room{};
    const bool is_whole = std::abs(number) < 1e15 && number == std::trunc(number);
    const auto end = is_whole
                         ? std::to_chars(room.data(), room.data() + room.size(), number, std::chars_format::fixed, 0)
                         : std::to_chars(room.data(), room.data() + room.size(), number);
    return {room.data(), end.ptr};
}

/// The JSON of one value, or the problem with it.
struct converted {
    json::value made{};
    std::string problem{};
};

/// Replaces control characters (Unicode's Cc), and the spaces around them, by one space.
std::string on_one_line(std::string_view text) {
    std::string out;
    bool after_control = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 = byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;  // the text is UTF-8
        if (byte < ' ' || byte == 0x7f || is_c1) {
            out.resize(out.find_last_not_of(' ') + 1);  // npos + 1 is 0
            after_control = true;
            if (is_c1) ++i;
        } else if (!after_control || byte != ' ') {
            if (after_control) out += ' ';
            after_control = false;
            out += text[i];
        }
    }
    return out;
}

converted convert(const value& one, bool keeps_numbers, bool cleans = false) {
    if (const auto* const whole = std::get_if<std::int64_t>(&one))
        return {keeps_numbers ? json::value(*whole) : json::value(std::to_string(*whole))};
    if (const auto* const number = std::get_if<double>(&one)) {
        if (!std::isfinite(*number)) return {{}, "is an infinite number"};
        return {keeps_numbers ? json::value(*number) : json::value(decimal(*number))};
    }
    if (const auto* const bytes = std::get_if<blob>(&one))
        return {{}, "is a BLOB of " + std::to_string(bytes->bytes.size()) + " bytes, not a text"};
    const auto* const text = std::get_if<std::string>(&one);
    if (text == nullptr) return {};
    if (text->size() > max_text_bytes)
        return {{}, "is a text of " + std::to_string(text->size()) + " bytes, which is too long"};
    if (const auto offset = find_invalid_utf8(*text))
        return {{}, "is not UTF-8 at byte " + std::to_string(*offset) + ": " + printable(*text, 80)};
    const std::string cleaned = cleans ? on_one_line(*text) : *text;
    const std::string_view content = trimmed(cleaned);
    return content.empty() ? converted{} : converted{json::value(content)};
}

}  // namespace

void put(json::object& into, const mapped_field& field, const json::value& held) {
    if (!field.is_metadata) {
        into[field.name] = held;
        return;
    }
    json::value& metadata = into["metadata"];
    if (!metadata.is_object()) metadata.emplace_object();
    metadata.get_object()[field.name] = held;
}

std::optional<std::string> external_id_of(const mapping& how, const value& key) {
    if (const auto* const bytes = std::get_if<blob>(&key)) {
        if (bytes->bytes.empty()) return std::nullopt;
        return how.external_id_prefix + hexadecimal(bytes->bytes);
    }
    // Not trimmed: keys that differ in a space are different keys.
    if (const auto* const text = std::get_if<std::string>(&key)) {
        if (text->empty() || find_invalid_utf8(*text)) return std::nullopt;
        return how.external_id_prefix + *text;
    }
    const converted text = convert(key, false);
    if (!text.made.is_string()) return std::nullopt;
    return how.external_id_prefix + std::string{text.made.get_string()};
}

contact_draft draft_of(const mapping& how, const source_row& row, const std::string& external_id) {
    contact_draft made;
    made.creation["external_id"] = external_id;
    for (std::size_t i = 0; i < how.fields.size(); ++i) {
        const mapped_field& field = how.fields[i];
        const converted held = convert(row.columns[i], field.is_metadata, field.on_one_line);
        if (!held.problem.empty()) {
            if (!made.problem.empty()) made.problem += "; ";
            made.problem += "column " + printable(field.column) + " " + held.problem;
            continue;
        }
        if (!held.made.is_null()) put(made.creation, field, held.made);
        if (field.belongs_to == owner::legacy) put(made.update, field, held.made);
        if (field.belongs_to == owner::legacy_unless_edited) made.unless_edited[field.full_name()] = held.made;
    }
    made.hash =
        digest(common::to_text(made.update) + (made.unless_edited.empty() ? "" : common::to_text(made.unless_edited)));
    made.whole_hash =
        digest(common::to_text(json::array{made.creation, made.update, made.unless_edited, made.problem}));
    return made;
}

std::string shown(const value& one) {
    if (is_null(one)) return "NULL";
    if (const auto* const text = std::get_if<std::string>(&one)) return printable(*text, 80);
    if (const auto* const bytes = std::get_if<blob>(&one)) return "x'" + hexadecimal(bytes->bytes.substr(0, 40)) + "'";
    const converted text = convert(one, false);
    return text.made.is_string() ? std::string{text.made.get_string()} : text.problem;
}

namespace {

/// The contact's value; null if it has none.
json::value held_by(const json::object& contact, const mapped_field& field) {
    const json::object* from = &contact;
    if (field.is_metadata) {
        const json::value* const metadata = contact.if_contains("metadata");
        from = metadata == nullptr ? nullptr : metadata->if_object();
    }
    const json::value* const found = from == nullptr ? nullptr : from->if_contains(field.name);
    return found == nullptr ? json::value() : *found;
}

constexpr std::size_t max_mark_bytes = 800;  // plus one more name: the CRM accepts 1,000

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

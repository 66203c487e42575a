// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "mapping.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <utility>

#include <boost/json.hpp>

#include "contact_rules.hpp"
#include "exact_json.hpp"
#include "process.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace json = boost::json;
using common::hexadecimal;
using common::printable;

namespace {

constexpr std::array<std::string_view, 5> contact_fields{"first_name", "last_name", "email", "phone", "company"};
constexpr std::string_view metadata_prefix = "metadata.";
constexpr std::chrono::seconds default_reread{
    3600};  // also covers the hour that repeats when clocks are set back in autumn
constexpr std::chrono::seconds greatest_reread{366 * 86400};

/// One object of the file, and its place, such as "source.change".
class section {
public:
    section(const std::string& path, std::string place, const json::value& held)
        : m_path{path}, m_place{std::move(place)}, m_members{held.if_object()} {
        if (m_members == nullptr) wrong(m_place, "must be an object");
    }

    [[noreturn]] void wrong(std::string_view place, std::string_view what) const {
        throw failure{exit_status::usage,
                      m_path + ": " + (place.empty() ? "the file" : printable(place)) + " " + std::string{what}};
    }

    /// Refuses unknown members, which may be mistyped names.
    void allow_only(std::initializer_list<std::string_view> names) const {
        std::string all;
        for (const std::string_view name : names) all.append(all.empty() ? "" : ", ").append(name);
        for (const auto& [name, held] : *m_members)
            if (std::find(names.begin(), names.end(), std::string_view{name}) == names.end())
                wrong(place_of(name), "is unknown; allowed here: " + all);
    }

    [[nodiscard]] const json::value* find(std::string_view name) const { return m_members->if_contains(name); }
    [[nodiscard]] const json::object& members() const { return *m_members; }
    [[nodiscard]] std::string place_of(std::string_view name) const {
        return m_place.empty() ? std::string{name} : m_place + "." + std::string{name};
    }

    [[nodiscard]] section below(std::string_view name) const {
        const json::value* const held = find(name);
        if (held == nullptr) wrong(place_of(name), "is missing");
        return {m_path, place_of(name), *held};
    }

    /// A text that is not empty and contains no NUL; nothing if the member is missing.
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        const json::value* const held = find(name);
        if (held == nullptr) return std::nullopt;
        const json::string* const text = held->if_string();
        if (text == nullptr || text->empty() || text->find('\0') != json::string::npos)
            wrong(place_of(name), "must be a non-empty string");
        return std::string{*text};
    }
    [[nodiscard]] std::string needed_text(std::string_view name) const {
        auto found = text(name);
        if (!found) wrong(place_of(name), "is missing");
        return *std::move(found);
    }

    /// A boolean member; false if it is missing.
    [[nodiscard]] bool flag(std::string_view name) const {
        const json::value* const held = find(name);
        if (held == nullptr) return false;
        if (!held->is_bool()) wrong(place_of(name), "must be true or false");
        return held->get_bool();
    }

    /// One of several words, as the value that belongs to it.
    template <typename T>
    [[nodiscard]] T word(std::string_view name, std::initializer_list<std::pair<std::string_view, T>> words) const {
        const std::string text = needed_text(name);
        std::string all;
        for (const auto& [spelling, meaning] : words) {
            if (spelling == text) return meaning;
            all.append(all.empty() ? "" : ", ").append(spelling);
        }
        wrong(place_of(name), "must be one of: " + all);
    }

private:
    const std::string& m_path;
    std::string m_place;
    const json::object* m_members;
};

change_column read_change_column(const section& from) {
    using kind = change_column::kind;
    from.allow_only({"column", "holds", "reread_seconds"});
    change_column change{.column = from.needed_text("column"),
                         .holds = from.word<kind>("holds", {{"iso_time", kind::iso_time},
                                                            {"unix_seconds", kind::unix_seconds},
                                                            {"unix_milliseconds", kind::unix_milliseconds},
                                                            {"counter", kind::counter}})};
    const json::value* const reread = from.find("reread_seconds");
    if (change.holds == kind::counter) {
        if (reread != nullptr) from.wrong(from.place_of("reread_seconds"), "does not apply to a counter: leave it out");
        return change;
    }
    change.reread = default_reread;
    if (reread != nullptr) {
        const std::int64_t* const seconds = reread->if_int64();
        if (seconds == nullptr || *seconds < 0 || *seconds > greatest_reread.count())
            from.wrong(from.place_of("reread_seconds"),
                       "must be a whole number from 0 to " + std::to_string(greatest_reread.count()));
        change.reread = std::chrono::seconds{*seconds};
    }
    return change;
}

void read_source(const section& from, mapping& into) {
    from.allow_only({"table", "query", "key", "change"});
    into.table = from.text("table").value_or("");
    into.query = from.text("query").value_or("");
    if (into.table.empty() == into.query.empty()) from.wrong("source", "must have either \"table\" or \"query\"");
    into.key = from.needed_text("key");
    if (from.find("change") == nullptr) return;
    const section change = from.below("change");
    if (change.find("table") == nullptr) {
        into.change = read_change_column(change);
        return;
    }
    change.allow_only({"table", "sequence", "key"});
    into.change = change_table{change.needed_text("table"), change.needed_text("sequence"), change.needed_text("key")};
}

void read_fields(const section& from, mapping& into) {
    for (const auto& [json_name, held] : from.members()) {
        const std::string_view name = json_name;
        const section field = from.below(name);
        const bool is_metadata = name.starts_with(metadata_prefix) && name.size() > metadata_prefix.size();
        if (!is_metadata && std::find(contact_fields.begin(), contact_fields.end(), name) == contact_fields.end())
            from.wrong(from.place_of(name),
                       "is not a field of a contact; use first_name, last_name, email, phone, company or metadata.*");
        if (is_metadata && !common::is_metadata_name(name.substr(metadata_prefix.size())))
            from.wrong(from.place_of(name), "is not a valid name in metadata: 1 to 64 bytes, no control characters");
        field.allow_only({"column", "owner", "on_conflict", "on_one_line"});
        const auto belongs_to = field.word<owner>("owner", {{"legacy", owner::legacy},
                                                            {"legacy_unless_edited", owner::legacy_unless_edited},
                                                            {"create_only", owner::create_only},
                                                            {"crm", owner::crm}});
        on_conflict rule = on_conflict::report;
        if (field.find("on_conflict") != nullptr) {
            if (belongs_to != owner::legacy_unless_edited)
                field.wrong(field.place_of("on_conflict"), "applies only to the owner \"legacy_unless_edited\"");
            rule = field.word<on_conflict>("on_conflict", {{"report", on_conflict::report},
                                                           {"keep_crm", on_conflict::keep_crm},
                                                           {"overwrite", on_conflict::overwrite}});
        }
        if (is_metadata && name.substr(metadata_prefix.size()) == conflict_mark)
            from.wrong(from.place_of(name), "is reserved for the sync's conflict marks: choose another name");
        if (belongs_to == owner::crm) {
            if (field.find("column") != nullptr)
                field.wrong(field.place_of("column"),
                            "does not apply to the owner \"crm\", whose fields are never sent");
            continue;
        }
        into.fields.push_back({std::string{is_metadata ? name.substr(metadata_prefix.size()) : name}, is_metadata,
                               field.needed_text("column"), field.flag("on_one_line"), belongs_to, rule});
    }
    if (into.fields.empty()) from.wrong("fields", "must name at least one field that is sent");
}

}  // namespace

std::string digest(std::string_view content) {
    std::string out(16, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                       reinterpret_cast<const unsigned char*>(content.data()), content.size(), nullptr, 0);
    return out;
}

std::string mapped_field::full_name() const { return (is_metadata ? std::string{metadata_prefix} : "") + name; }

mapping mapping::parse(std::string_view text, const std::string& path) {
    if (constexpr std::string_view mark = "\xEF\xBB\xBF"; text.starts_with(mark)) text.remove_prefix(mark.size());
    auto read = common::read_object(text);
    if (const auto* const off = std::get_if<common::json_problem>(&read))
        throw failure{exit_status::usage, path + ": is not valid JSON at line " + std::to_string(off->line) +
                                              ", column " + std::to_string(off->column) + ": " + off->what};
    const json::value document = std::get<json::object>(std::move(read));
    const section top{path, "", document};
    top.allow_only({"source", "external_id_prefix", "deletions", "fields"});

    mapping made;
    read_source(top.below("source"), made);
    made.external_id_prefix = top.text("external_id_prefix").value_or("");
    if (top.find("deletions") != nullptr)
        made.archives_deleted = top.word<bool>("deletions", {{"ignore", false}, {"archive", true}});
    if (made.archives_deleted && !std::holds_alternative<change_table>(made.change))
        top.wrong("deletions",
                  "can be \"archive\" only if source.change names a change table: only its entries prove that a row "
                  "was deleted");
    read_fields(top.below("fields"), made);
    made.fingerprint = hexadecimal(digest(json::serialize(document)));
    return made;
}

mapping mapping::read(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream content;
    if (!file || !(content << file.rdbuf()))
        throw failure{exit_status::usage, path + ": cannot be read, or is empty; --mapping names a JSON file"};
    return parse(content.str(), path);
}

}  // namespace legacy_sync

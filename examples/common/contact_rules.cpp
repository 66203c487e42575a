// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "contact_rules.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <boost/json.hpp>

#include "text.hpp"

namespace common {

namespace json = boost::json;

namespace {

constexpr std::size_t max_metadata_members = 64;
constexpr std::size_t max_metadata_bytes = 1'000;

struct text_field {
    std::string_view name;
    std::size_t max_chars;
};
constexpr text_field text_fields[] = {
    {"external_id", 255}, {"first_name", 255}, {"last_name", 255}, {"email", 254}, {"phone", 40}, {"company", 255},
};
constexpr std::string_view given_fields[] = {"uuid", "archived_at", "created_at", "updated_at"};

std::size_t chars_in(std::string_view utf8) noexcept {
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// One `@` with something on both sides, and no space: stricter rules would refuse real addresses.
bool may_be_email(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && text.find(' ') == std::string_view::npos;
}

/// What the field must be; empty if it is valid.
std::string problem_of_text(const text_field& field, const json::value& held) {
    if (held.is_null()) return {};
    if (!held.is_string()) return "must be a string or null";
    const std::string_view text = held.get_string();
    if (chars_in(text) > field.max_chars) return "may have at most " + std::to_string(field.max_chars) + " characters";
    if (has_control(text)) return "must not contain control characters";
    if (field.name == "email" && !text.empty() && !may_be_email(text))
        return "must be an e-mail address: one @, and no space";
    return {};
}

void add_problems_of_metadata(const json::value& held, std::vector<field_problem>& into) {
    const auto add = [&](std::string field, std::string message) {
        into.push_back({std::move(field), std::move(message)});
    };
    if (held.is_null()) return;
    if (!held.is_object()) return add("metadata", "must be an object or null");
    const json::object& members = held.get_object();
    if (members.size() > max_metadata_members) return add("metadata", "may have at most 64 members");
    for (const auto& [name, value] : members) {
        if (!is_metadata_name(name)) {
            add("metadata", "names must have 1 to 64 bytes, and no control characters");
            continue;
        }
        const std::string field = "metadata." + std::string{name};
        if (value.is_structured()) add(field, "must be a string, a number, true, false or null");
        if (!value.is_string()) continue;
        const std::string_view text = value.get_string();
        if (text.size() > max_metadata_bytes) add(field, "may have at most 1,000 bytes");
        if (has_control(text)) add(field, "must not contain control characters");
    }
}

}  // namespace

bool is_metadata_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 64 && !has_control(name);
}

std::vector<field_problem> problems_of_contact(const json::object& body) {
    std::vector<field_problem> found;
    for (const auto& [key, held] : body) {
        const std::string_view name = key;
        const auto* const field = std::find_if(std::begin(text_fields), std::end(text_fields),
                                               [&](const text_field& each) { return each.name == name; });
        if (field != std::end(text_fields)) {
            if (auto message = problem_of_text(*field, held); !message.empty())
                found.push_back({std::string{name}, std::move(message)});
        } else if (name == "metadata") {
            add_problems_of_metadata(held, found);
        } else if (std::find(std::begin(given_fields), std::end(given_fields), name) != std::end(given_fields)) {
            found.push_back({std::string{name}, "is given by the CRM and cannot be set"});
        } else {
            found.push_back({std::string{name}, "is not a field of a contact"});
        }
    }
    return found;
}

}  // namespace common

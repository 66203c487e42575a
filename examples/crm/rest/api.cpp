// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "rest/api.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <shearline/http/problem.hpp>

#include "contact_rules.hpp"
#include "exact_json.hpp"
#include "http/form.hpp"
#include "log.hpp"
#include "time_text.hpp"

namespace crm {

namespace {

namespace json = boost::json;

constexpr std::size_t max_per_page = 100;

// ---- answers ----

response json_answer(unsigned status, const json::value& body) {
    return {
        status,
        {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}},
        common::to_text(body)};
}

/// RFC 9457 problem details, with further members.
response problem(unsigned status, std::string_view title, std::string_view detail, json::object more = {}) {
    json::object body{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
    for (auto& member : more) body.emplace(member.key(), std::move(member.value()));
    response made = json_answer(status, body);
    made.headers.front().second = shearline::problem_media_type;
    return made;
}

response not_found() { return problem(404, "Not Found", "there is no such contact"); }

/// The reason is only for the log, because it names files.
response store_failed(const shearline::error& why) {
    log_line("error", why.message());
    response made = problem(503, "Service Unavailable", "the contacts are unavailable right now: try again");
    made.headers.emplace_back("Retry-After", "1");
    return made;
}

response invalid(const std::vector<common::field_problem>& wrong) {
    json::array errors;
    for (const auto& [field, message] : wrong) errors.push_back(json::object{{"field", field}, {"message", message}});
    return problem(422, "Unprocessable Content", "some fields are not valid", {{"errors", std::move(errors)}});
}

// ---- a contact in JSON ----

/// A field of text, and where it is kept.
struct text_field {
    std::string_view name;
    std::string contact::*member;
};

constexpr text_field text_fields[] = {
    {"external_id", &contact::external_id},
    {"first_name", &contact::first_name},
    {"last_name", &contact::last_name},
    {"email", &contact::email},
    {"phone", &contact::phone},
    {"company", &contact::company},
};

json::object object_of(const contact& each) {
    json::object made{{"uuid", each.uuid}};
    for (const text_field& field : text_fields) {
        const std::string& text = each.*field.member;
        made.emplace(field.name, text.empty() ? json::value(nullptr) : json::value(text));
    }
    auto metadata = common::read_object(each.metadata);
    const auto* const members = std::get_if<json::object>(&metadata);
    made.emplace("metadata", members != nullptr ? json::value(*members) : json::value(nullptr));
    made.emplace("archived_at",
                 each.archived_at ? json::value(common::time_text(*each.archived_at)) : json::value(nullptr));
    made.emplace("created_at", common::time_text(each.created_at));
    made.emplace("updated_at", common::time_text(each.updated_at));
    return made;
}

std::string tag_of(const contact& each) { return "\"" + std::to_string(each.revision) + "\""; }

response contact_answer(unsigned status, const contact& each) {
    response made = json_answer(status, object_of(each));
    made.headers.emplace_back("ETag", tag_of(each));
    return made;
}

// ---- a contact from JSON ----

/// Copies the members of a body into a contact; missing members leave it unchanged. Returns what is wrong with them; if
/// anything is, do not use the contact.
std::vector<common::field_problem> take(const json::object& body, contact& into) {
    auto wrong = common::problems_of_contact(body);
    if (!wrong.empty()) return wrong;
    for (const text_field& field : text_fields)
        if (const json::value* const held = body.if_contains(field.name))
            into.*field.member = held->is_null() ? std::string{} : std::string{held->get_string()};
    if (const json::value* const held = body.if_contains("metadata"))
        into.metadata = held->is_null() ? "{}" : common::to_text(*held);
    return {};
}

/// The JSON object of a request, or the error to answer with.
std::variant<json::object, response> body_of(const request& asked) {
    std::string type{asked.header("content-type").value_or("")};
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
    if (type.ends_with(";charset=utf-8")) type.resize(type.size() - 14);
    if (type != "application/json") return problem(415, "Unsupported Media Type", "send application/json in UTF-8");
    auto read = common::read_object(asked.body);
    if (auto* const wrong = std::get_if<common::json_problem>(&read))
        return problem(400, "Bad Request", "the body is not valid JSON for this request: " + wrong->what,
                       {{"offset", wrong->offset}, {"line", wrong->line}, {"column", wrong->column}});
    return std::get<json::object>(std::move(read));
}

// ---- preconditions ----

/// Whether a list of entity tags (RFC 9110 §13.1) contains this one. `weakly`: ignore W/.
bool lists_tag(std::string_view list, std::string_view tag, bool weakly) {
    while (!list.empty()) {
        std::string_view each = list.substr(0, list.find(','));
        list.remove_prefix(std::min(each.size() + 1, list.size()));
        while (!each.empty() && (each.front() == ' ' || each.front() == '\t')) each.remove_prefix(1);
        while (!each.empty() && (each.back() == ' ' || each.back() == '\t')) each.remove_suffix(1);
        if (weakly && each.starts_with("W/")) each.remove_prefix(2);
        if (each == tag || each == "*") return true;
    }
    return false;
}

bool is_conditional(const request& asked) {
    return std::any_of(asked.headers.begin(), asked.headers.end(),
                       [](const auto& each) { return is_same_name(each.first, "if-match"); });
}

/// Whether `If-Match` allows a change to this version of a contact. Several fields form one list (RFC 9110 §5.3).
bool is_allowed(const request& asked, const contact& there) {
    return !is_conditional(asked) || std::any_of(asked.headers.begin(), asked.headers.end(), [&](const auto& each) {
        return is_same_name(each.first, "if-match") && lists_tag(each.second, tag_of(there), false);
    });
}

/// The revision that a change requires, if any.
std::optional<std::uint64_t> bound_to(const request& asked, const contact& there) {
    return is_conditional(asked) ? std::optional{there.revision} : std::nullopt;
}

response precondition_failed(const contact& there) {
    response made = problem(412, "Precondition Failed", "the contact has changed in the meantime: read it again");
    made.headers.emplace_back("ETag", tag_of(there));
    return made;
}

response answer_to(const shearline::result<contact_result>& changed, unsigned status) {
    if (!changed) return store_failed(changed.error());
    switch (changed->outcome) {
        case contact_outcome::done: return contact_answer(status, changed->contact);
        case contact_outcome::not_found: return not_found();
        case contact_outcome::stale: return precondition_failed(changed->contact);
        case contact_outcome::duplicate: break;
    }
    return problem(409, "Conflict", "another contact has this external_id",
                   {{"field", "external_id"}, {"existing", changed->contact.uuid}});
}

// ---- routes ----

struct place {
    enum class kind : std::uint8_t { none, contacts, contact, archive, restore };
    kind what = kind::none;
    std::string_view uuid{};
};

place place_of(std::string_view path) {
    using kind = place::kind;
    if (!path.starts_with(api_root)) return {};
    path.remove_prefix(api_root.size());
    if (path == "contacts") return {kind::contacts};
    if (!path.starts_with("contacts/")) return {};
    path.remove_prefix(9);
    const std::string_view uuid = path.substr(0, path.find('/'));
    if (!shearline::credential_id::parse(uuid)) return {};  // every uuid here has this form
    path.remove_prefix(uuid.size());
    if (path.empty()) return {kind::contact, uuid};
    if (path == "/archive") return {kind::archive, uuid};
    if (path == "/restore") return {kind::restore, uuid};
    return {};
}

std::string_view allowed_at(place::kind what) {
    switch (what) {
        case place::kind::contacts: return "GET, HEAD, POST";
        case place::kind::contact: return "GET, HEAD, PATCH, DELETE";
        case place::kind::archive:
        case place::kind::restore: return "POST";
        case place::kind::none: break;
    }
    return {};
}

bool is_listed(std::string_view methods, std::string_view method) {
    while (!methods.empty()) {
        const std::string_view each = methods.substr(0, methods.find(", "));
        if (each == method) return true;
        methods.remove_prefix(std::min(each.size() + 2, methods.size()));
    }
    return false;
}

}  // namespace

response api::handle(const request& asked) {
    const place at = place_of(asked.path());
    // A request that nobody may make needs no scope, but still a key: strangers do not learn which paths exist.
    shearline::required_scope scope = shearline::any_scope;
    if (is_listed(allowed_at(at.what), asked.method)) scope = asked.reads() ? scope_read : scope_write;
    response refused;
    if (!m_guard.check(asked, refused, scope)) return refused;
    return answer_granted(asked);
}

response api::answer_granted(const request& asked) {
    const place at = place_of(asked.path());
    if (at.what == place::kind::none) return problem(404, "Not Found", "there is nothing at this address");
    if (!is_listed(allowed_at(at.what), asked.method)) {
        response made = problem(405, "Method Not Allowed", "this method is not allowed here");
        made.headers.emplace_back("Allow", allowed_at(at.what));
        return made;
    }
    switch (at.what) {
        case place::kind::contacts: return asked.reads() ? list(asked) : create(asked);
        case place::kind::contact:
            return asked.reads()             ? show(asked, at.uuid)
                   : asked.method == "PATCH" ? change(asked, at.uuid)
                                             : remove(asked, at.uuid);
        case place::kind::archive: return set_archived(asked, at.uuid, true);
        case place::kind::restore: return set_archived(asked, at.uuid, false);
        case place::kind::none: break;
    }
    return not_found();
}

response api::list(const request& asked) {
    const auto query = form::parse(asked.query());
    if (!query) return problem(400, "Bad Request", "the query is invalid: a parameter is repeated or badly encoded");
    std::vector<common::field_problem> wrong;
    if (const auto other = query->beside({"page", "per_page", "email", "external_id"}))
        wrong.push_back({std::string{*other}, "is not a parameter of this list"});
    const auto number = [&](std::string_view name, std::size_t most) -> std::size_t {
        const std::string_view text = (*query)[name];
        std::size_t value = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (!query->has(name)) {
            wrong.push_back({std::string{name}, "is required"});
        } else if (failed != std::errc{} || end != text.data() + text.size() || value < 1 || value > most) {
            wrong.push_back({std::string{name}, "must be a number from 1 to " + std::to_string(most)});
        }
        return value;
    };
    const std::size_t page = number("page", 1'000'000'000);
    const std::size_t per_page = number("per_page", max_per_page);
    for (const std::string_view name : {"email", "external_id"})
        if (query->has(name) && (*query)[name].empty()) wrong.push_back({std::string{name}, "must not be empty"});
    if (!wrong.empty()) return invalid(wrong);

    const auto found = m_contacts.page(page, per_page, {(*query)["email"], (*query)["external_id"]});
    if (!found) return store_failed(found.error());
    json::array items;
    for (const contact& each : found->items) items.push_back(object_of(each));
    return json_answer(200, json::object{{"contacts", std::move(items)},
                                         {"page", page},
                                         {"per_page", per_page},
                                         {"total", found->total},
                                         {"total_pages", (found->total + per_page - 1) / per_page}});
}

response api::create(const request& asked) {
    auto body = body_of(asked);
    if (auto* const refused = std::get_if<response>(&body)) return std::move(*refused);
    contact fresh;
    if (const auto wrong = take(std::get<json::object>(body), fresh); !wrong.empty()) return invalid(wrong);
    const auto made = m_contacts.create(std::move(fresh));
    response answer = answer_to(made, 201);
    if (answer.status == 201)
        answer.headers.emplace_back("Location", std::string{api_root} + "contacts/" + made->contact.uuid);
    return answer;
}

response api::show(const request& asked, std::string_view uuid) {
    const auto found = m_contacts.find(uuid);
    if (!found) return store_failed(found.error());
    if (!*found) return not_found();
    if (const auto known = asked.header("if-none-match"); known && lists_tag(*known, tag_of(**found), true))
        return {304, {{"ETag", tag_of(**found)}, {"Cache-Control", "no-store"}}, {}};
    return contact_answer(200, **found);
}

response api::change(const request& asked, std::string_view uuid) {
    auto body = body_of(asked);
    if (auto* const refused = std::get_if<response>(&body)) return std::move(*refused);
    // Without If-Match, a change that lost a race is applied again to the new version.
    for (int tries = 0; tries < 3; ++tries) {
        const auto found = m_contacts.find(uuid);
        if (!found) return store_failed(found.error());
        if (!*found) return not_found();
        if (!is_allowed(asked, **found)) return precondition_failed(**found);
        contact next = **found;
        if (const auto wrong = take(std::get<json::object>(body), next); !wrong.empty()) return invalid(wrong);
        const auto changed = m_contacts.update(std::move(next));
        if (changed && changed->outcome == contact_outcome::stale && !is_conditional(asked)) continue;
        return answer_to(changed, 200);
    }
    response busy = problem(503, "Service Unavailable", "other requests are changing the contact: try again");
    busy.headers.emplace_back("Retry-After", "1");
    return busy;
}

response api::remove(const request& asked, std::string_view uuid) {
    const auto found = m_contacts.find(uuid);
    if (!found) return store_failed(found.error());
    if (!*found) return not_found();
    if (!is_allowed(asked, **found)) return precondition_failed(**found);
    response answer = answer_to(m_contacts.remove(uuid, bound_to(asked, **found)), 200);
    return answer.status == 200 ? response{204, {{"Cache-Control", "no-store"}}, {}} : answer;
}

response api::set_archived(const request& asked, std::string_view uuid, bool archived) {
    const auto found = m_contacts.find(uuid);
    if (!found) return store_failed(found.error());
    if (!*found) return not_found();
    if (!is_allowed(asked, **found)) return precondition_failed(**found);
    return answer_to(m_contacts.set_archived(uuid, archived, bound_to(asked, **found)), 200);
}

}  // namespace crm

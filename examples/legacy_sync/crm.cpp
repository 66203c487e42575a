// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "crm.hpp"

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

#include "exact_json.hpp"
#include "percent_encode.hpp"
#include "process.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace json = boost::json;
using common::printable;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds first_delay{200};
constexpr milliseconds greatest_delay{30'000};
constexpr milliseconds key_look_interval{250};
constexpr std::chrono::seconds same_key_interval{15};
constexpr std::chrono::seconds long_wait{5};
constexpr int tries_of_a_broken_row = 5;  // a 500 may be caused by this one row …
constexpr int greatest_broken_rows = 3;   // … but not if every row gets it
constexpr int tries_of_a_stale_contact = 8;

std::string contact_path(const std::string& uuid) { return "contacts/" + uuid; }

/// Whether it has the form of a uuid, and is therefore safe in a path.
bool is_uuid(std::string_view text) {
    return text.size() == 36 && text.find_first_not_of("0123456789abcdefABCDEF-") == text.npos;
}

std::optional<std::string> uuid_member(const json::object& from, std::string_view name) {
    const json::value* const held = from.if_contains(name);
    if (held == nullptr || !held->is_string() || !is_uuid(held->get_string())) return std::nullopt;
    return std::string{held->get_string()};
}

bool has_external_id(const json::object& contact, std::string_view external_id) {
    const json::value* const name = contact.if_contains("external_id");
    return name != nullptr && name->is_string() && std::string_view{name->get_string()} == external_id;
}

std::string seconds_text(std::chrono::seconds time) {
    return std::to_string(time.count()) + (time.count() == 1 ? " second" : " seconds");
}

/// When a wait that begins now is over, in local time.
std::string clock_time_in(milliseconds wait) {
    const std::time_t end =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + wait + std::chrono::seconds{1});
    std::tm here{};
    ::localtime_r(&end, &here);
    std::string text(16, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%H:%M:%S", &here));
    return text;
}

}  // namespace

crm::crm(settings given, listener says)
    : m_given{std::move(given)}, m_says{std::move(says)}, m_http{m_given.connection} {}

http_answer crm::call(const http_request& asked) {
    if (m_key.empty()) m_key = read_key(m_given.key);
    const auto start = std::chrono::steady_clock::now();
    int server_errors = 0;
    bool told = false;
    for (int attempt = 0;; ++attempt) {
        std::optional<std::chrono::seconds> asked_to_wait;
        std::string why;
        try {
            auto whole = m_http.exchange(asked, m_key);
            if (!whole) throw stopped{};
            http_answer answer = *std::move(whole);
            const bool busy = answer.status == 429 || (answer.status >= 502 && answer.status <= 504);
            if (answer.status == 401 || answer.status == 403) refuse(answer);
            if (answer.status >= 300 && answer.status < 400)
                not_the_crm(asked, answer,
                            "a redirect to " + printable(answer.location, 120) +
                                ", which is not followed, because the key would be sent there");
            if (answer.status < 500 && !busy) {
                if (told) m_says("the CRM answers again");
                m_broken_rows = 0;
                return answer;
            }
            why = "it answered " + std::to_string(answer.status);
            asked_to_wait = answer.retry_after;
            if (!busy && ++server_errors == tries_of_a_broken_row) {
                if (++m_broken_rows == greatest_broken_rows)
                    throw failure{exit_status::unreachable, "the CRM fails for every row: " + why};
                return answer;
            }
        } catch (const common::no_answer& reason) {
            why = without_key(printable(reason.what()), m_key);
        }
        // Full jitter: clients that lost the connection together do not retry together.
        const auto most = std::min(greatest_delay, first_delay * (1 << std::min(attempt, 8)));
        auto delay = milliseconds{std::uniform_int_distribution<milliseconds::rep>{0, most.count()}(m_random)};
        if (asked_to_wait) delay += *asked_to_wait;
        const auto waited = std::chrono::steady_clock::now() - start;
        if (m_given.patience) {
            if (waited >= *m_given.patience)
                throw failure{exit_status::unreachable,
                              "the CRM at " + m_given.connection.base.text + " could not be reached for " +
                                  seconds_text(std::chrono::floor<std::chrono::seconds>(waited)) + ": " + why};
            // One last attempt when the time is over.
            delay = std::min(delay, std::chrono::ceil<milliseconds>(*m_given.patience - waited));
        }
        if (asked_to_wait && delay >= long_wait) {
            m_says("the CRM asks to retry later (" + why + "): waiting until " + clock_time_in(delay) +
                   (*asked_to_wait == common::greatest_retry_after ? ", the maximum of one hour" : ""));
            told = true;
        } else if (!told && attempt >= 2) {
            told = true;
            m_says("the CRM is unavailable (" + why + "); retrying" +
                   (m_given.patience ? " for up to " + seconds_text(*m_given.patience) : ""));
        }
        wait_for(delay);
    }
}

void crm::refuse(const http_answer& answer) {
    const std::string mend = m_given.key.variable.empty() ? "put the new key into " + m_given.key.file
                                                          : "set " + m_given.key.variable + " to the new key";
    if (answer.status == 401)
        throw key_refused{"the key was refused (" + masked(m_key) + "): " + mend +
                          "; the sync will continue from the same place"};
    throw key_refused{"the key is not allowed to do this (" + masked(m_key) + "): " + why(answer).reason +
                      "; give it the scopes contacts:read and contacts:write, or " + mend +
                      "; the sync will continue from the same place"};
}

void crm::not_the_crm(const http_request& asked, const http_answer& answer, std::string_view what) {
    if (answer.status == 404 || answer.status == 405)
        throw failure{exit_status::unreachable, "the API at " + m_given.connection.base.text + " answered " +
                                                    std::to_string(answer.status) + " to " + std::string{asked.method} +
                                                    " " + printable(asked.path, 80) +
                                                    ": check the address given by --crm"};
    throw failure{exit_status::unreachable, "this is not the CRM: " + std::string{asked.method} + " " +
                                                m_given.connection.base.text + printable(asked.path, 80) +
                                                " was answered with " + std::to_string(answer.status) + ", " +
                                                without_key(std::string{what}, m_key) + "; check --crm"};
}

std::optional<json::object> crm::object_in(const http_answer& answer) {
    auto read = common::read_object(answer.body);
    auto* const object = std::get_if<json::object>(&read);
    return object == nullptr ? std::nullopt : std::optional{std::move(*object)};
}

row_refused crm::why(const http_answer& answer) {
    std::string reason = std::to_string(answer.status);
    if (const auto body = object_in(answer)) {
        const auto text = [](const json::value* held) {
            return held != nullptr && held->is_string() ? printable(held->get_string()) : std::string{};
        };
        std::string detail = text(body->if_contains("detail"));
        if (detail.empty()) detail = text(body->if_contains("title"));
        const json::value* const errors = body->if_contains("errors");
        std::string fields;
        if (errors != nullptr && errors->is_array())
            for (const json::value& each : errors->get_array())
                if (const json::object* const one = each.if_object())
                    fields += (fields.empty() ? "" : "; ") + text(one->if_contains("field")) + ": " +
                              text(one->if_contains("message"));
        reason += ": " + (fields.empty() ? detail : fields);
    }
    return {without_key(std::move(reason), m_key)};
}

std::variant<done, not_there, row_refused> crm::outcome(const http_request& asked, const http_answer& answer) {
    if (answer.status == 404) return not_there{};
    if (answer.status >= 400) return why(answer);
    auto body = object_in(answer);
    const auto uuid = body ? uuid_member(*body, "uuid") : std::nullopt;
    if (answer.status != 200 || !uuid) not_the_crm(asked, answer, "and no contact");
    return done{*uuid, *std::move(body)};
}

std::variant<done, already_there, row_refused> crm::create(const json::object& contact) {
    const http_request asked{"POST", "contacts", common::to_text(contact)};
    const http_answer answer = call(asked);
    auto body = object_in(answer);
    if (answer.status == 201) {
        if (const auto uuid = body ? uuid_member(*body, "uuid") : std::nullopt) {
            if (has_external_id(*body, std::string_view{contact.at("external_id").get_string()}))
                return done{*uuid, *std::move(body)};
            return row_refused{"the CRM answered with another contact, " + *uuid + ", which is not changed"};
        }
        not_the_crm(asked, answer, "and no contact");
    }
    if (answer.status == 409) {
        if (const auto uuid = body ? uuid_member(*body, "existing") : std::nullopt) return already_there{*uuid};
        return why(answer);
    }
    if (answer.status < 400 || answer.status == 404 || answer.status == 405)
        not_the_crm(asked, answer, "which the list of contacts does not");
    return why(answer);
}

/// Reads the contact, makes the request for it (none if nothing has to change), and sends it. If somebody changed the
/// contact in between (If-Match), starts again.
template <typename Make>
std::variant<done, not_there, row_refused> crm::change(const std::string& uuid, const std::string& external_id,
                                                       Make request_for) {
    for (int tries = 1;; ++tries) {
        const http_request look{"GET", contact_path(uuid)};
        const http_answer seen = call(look);
        auto found = outcome(look, seen);
        auto* const current = std::get_if<done>(&found);
        if (current == nullptr) return found;
        if (!has_external_id(current->contact, external_id))
            return row_refused{"the contact " + uuid + " of the CRM now has another external_id, and is not changed"};
        std::optional<http_request> asked = request_for(current->contact);
        if (!asked) {
            current->changed = false;
            return found;
        }
        asked->if_match = seen.etag;
        const http_answer answer = call(*asked);
        if (answer.status != 412 || tries == tries_of_a_stale_contact) return outcome(*asked, answer);
    }
}

std::variant<done, not_there, row_refused> crm::update(const std::string& uuid, const std::string& external_id,
                                                       const changes_for& changes) {
    return change(uuid, external_id, [&](const json::object& contact) -> std::optional<http_request> {
        json::object body = changes(contact);
        if (json::value* const ours = body.if_contains("metadata")) {
            // The CRM replaces metadata as a whole: send the members that are not ours back unchanged.
            const json::value* const all = contact.if_contains("metadata");
            json::object members = all != nullptr && all->is_object() ? all->get_object() : json::object{};
            for (const auto& [name, held] : ours->get_object()) {
                if (held.is_null())
                    members.erase(name);
                else
                    members[name] = held;
            }
            *ours = std::move(members);
        }
        const bool is_so = std::all_of(body.begin(), body.end(), [&](const auto& member) {
            const json::value* const there = contact.if_contains(member.key());
            return there != nullptr && *there == member.value();
        });
        if (is_so) return std::nullopt;
        return http_request{"PATCH", contact_path(uuid), common::to_text(body)};
    });
}

std::variant<done, not_there, row_refused> crm::set_archived(const std::string& uuid, const std::string& external_id,
                                                             bool archived) {
    return change(uuid, external_id, [&](const json::object& contact) -> std::optional<http_request> {
        const json::value* const since = contact.if_contains("archived_at");
        if (since != nullptr && !since->is_null() == archived) return std::nullopt;
        return http_request{"POST", contact_path(uuid) + (archived ? "/archive" : "/restore")};
    });
}

void crm::prove_key() {
    const http_request asked{"GET", "contacts?page=1&per_page=1"};
    const http_answer answer = call(asked);
    const auto body = object_in(answer);
    const json::value* const list = body ? body->if_contains("contacts") : nullptr;
    if (answer.status != 200 || list == nullptr || !list->is_array()) not_the_crm(asked, answer, "and no list");
}

std::variant<done, not_there, row_refused> crm::find(const std::string& external_id) {
    const http_request asked{"GET", "contacts?page=1&per_page=2&external_id=" + common::percent_encode(external_id)};
    const http_answer answer = call(asked);
    if (answer.status == 404 || answer.status == 405) not_the_crm(asked, answer, "which the list of contacts does not");
    if (answer.status >= 400) return why(answer);
    const auto body = object_in(answer);
    const json::value* const list = body ? body->if_contains("contacts") : nullptr;
    if (answer.status != 200 || list == nullptr || !list->is_array()) not_the_crm(asked, answer, "and no list");
    // The server filters, so check its result: only this contact may be archived.
    for (const json::value& each : list->get_array()) {
        const json::object* const one = each.if_object();
        if (one == nullptr) continue;
        const auto uuid = uuid_member(*one, "uuid");
        if (uuid && has_external_id(*one, external_id)) return done{*uuid, *one};
    }
    return not_there{};
}

void crm::wait_for_new_key() {
    const auto end = std::chrono::steady_clock::now() + same_key_interval;
    while (std::chrono::steady_clock::now() < end) {
        wait_for(key_look_interval);
        try {
            shearline::secret_text found = read_key(m_given.key);
            // Both keys are this user's own, so the time of this comparison tells nobody anything.
            if (found.reveal(shearline::unsafe_reveal) == m_key.reveal(shearline::unsafe_reveal)) continue;
            m_key = std::move(found);
            m_says("a new key (" + masked(m_key) + "): continuing");
            return;
        } catch (const key_refused&) {
            // The file is being replaced, or is not private yet: try again later.
        }
    }
}

}  // namespace legacy_sync

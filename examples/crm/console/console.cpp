// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "console/console.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <system_error>
#include <utility>

#include <boost/json.hpp>

#include "console/assets.hpp"
#include "exact_json.hpp"
#include "log.hpp"

namespace crm {

using shearline::errc;
using shearline::result;

namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::size_t max_form_bytes = 16U * 1024;
constexpr std::size_t contacts_per_page = 50;
constexpr std::size_t events_per_page = 50;
constexpr std::size_t events_on_overview = 6;
constexpr std::size_t max_search_bytes = 200;

constexpr std::string_view session_cookie = "shearline-console";
constexpr std::string_view browser_cookie = "shearline-browser";

// What the tokens of `token_maker` are for.
constexpr std::string_view for_form = "form";
constexpr std::string_view for_browser = "browser";
constexpr std::string_view for_attempts = "attempts";
constexpr std::string_view for_rows = "rows";
constexpr std::string_view for_key = "key after these credentials";

constexpr std::string_view wrong_password = "That is not the password.";
constexpr std::string_view busy_checking = "Other log-ins are being checked. Try again in a second.";

std::string slowed_text(std::chrono::seconds wait) {
    return "Too many attempts. Try again in " + std::to_string(wait.count()) +
           (wait.count() == 1 ? " second." : " seconds.");
}

response page(unsigned status, std::string body) {
    response out;
    out.status = status;
    out.headers = {{"Content-Type", std::string{html_type}}, {"Cache-Control", "no-store"}};
    out.body = std::move(body);
    return out;
}

response json(unsigned status, const boost::json::value& body) {
    response out = page(status, boost::json::serialize(body));
    out.headers[0].second = json_type;
    return out;
}

bool wants_json(const request& asked) { return asked.header("accept").value_or("").starts_with(json_type); }

response see_other(std::string_view where) {
    response out = page(303, {});
    out.headers.emplace_back("Location", std::string{where});
    return out;
}

response retry_after(response out, std::chrono::seconds wait) {
    out.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return out;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// The value of a cookie that was sent exactly once. If there are two of one name, a site on a neighbouring host name
/// may have added one, and which one is ours is unknown.
std::string_view cookie_of(const request& asked, std::string_view name) {
    std::string_view found;
    for (const auto& [field, value] : asked.headers) {
        if (!is_same_name(field, "cookie")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            std::string_view pair = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
            while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
            if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
            if (!found.empty()) return {};
            found = pair.substr(name.size() + 1);
        }
    }
    return found;
}

std::optional<response> asset_at(std::string_view path) {
    const auto all = assets();
    const auto found = std::find_if(all.begin(), all.end(), [&](const asset& each) { return each.path == path; });
    if (found == all.end()) return std::nullopt;
    response out;
    out.status = 200;
    // The path changes with the content.
    out.headers = {{"Content-Type", std::string{found->content_type}},
                   {"Cache-Control", "public, max-age=31536000, immutable"}};
    out.body = found->bytes;
    return out;
}

/// The part of the key that may be seen, and dots instead of the rest.
std::string masked_text(shearline::handle handle) {
    using format = crm_keys::format;
    const auto masked = shearline::mask<format>(handle);
    std::string text{masked.view().substr(0, format::secret_part.offset)};
    for (std::size_t i = text.size(); i < format::chars; ++i) text += "•";
    return text;
}

std::vector<audit_row> rows_of(const shearline::page<shearline::audit_event>& events) {
    std::vector<audit_row> rows;
    rows.reserve(events.items.size());
    for (const auto& each : events.items)
        rows.push_back({each.sequence, each.at, each.actor, each.action,
                        each.handle ? std::string{each.handle->to_text().view()} : std::string{}, each.source_address,
                        each.reason});
    return rows;
}

/// The names of fields in conflict, which the system that sends contacts writes into their metadata for readers.
std::string conflict_of(const contact& each) {
    constexpr std::string_view mark = "sync_conflict";
    if (each.metadata.find(mark) == std::string::npos) return {};
    const auto members = common::read_object(each.metadata);
    const auto* const object = std::get_if<boost::json::object>(&members);
    const boost::json::value* const found = object == nullptr ? nullptr : object->if_contains(mark);
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

contact_row row_of(const contact& each) {
    std::string name = each.first_name;
    if (!each.first_name.empty() && !each.last_name.empty()) name += ' ';
    name += each.last_name;
    return {each.uuid,        name.empty() ? "(no name)" : name,
            each.email,       each.phone,
            each.company,     each.external_id,
            each.archived,    each.updated_at,
            conflict_of(each)};
}

/// What a failure of the library means to the owner. The error's own text may name files, so no page shows it.
struct told {
    unsigned status;
    std::string_view title, text;
};

told told_of(errc code, bool of_contacts) {
    if (of_contacts)
        return {503, "The contacts cannot be read right now",
                "Another program may have locked their database. The server's log has details."};
    switch (code) {
        case errc::invalid_argument:
            return {400, "This form is incomplete", "Load the page again, and use its buttons."};
        case errc::not_found: return {404, "There is no key", "Generate the first key. It will be shown here."};
        case errc::conflict:
            return {409, "Something has changed",
                    "Another change was made in the meantime. Check the key, and try again."};
        case errc::illegal_state:
            return {409, "The key does not allow this", "It was revoked or has expired. Check the key, and try again."};
        case errc::not_recoverable:
            return {409, "The key cannot be shown again",
                    "Its text is no longer stored. Regenerate the key to get one that can be shown."};
        case errc::corrupt:
            return {500, "The key is damaged",
                    "What the key store holds is not what this CRM wrote. The page of the key shows whether it can be "
                    "revoked; the server's log has details."};
        case errc::unavailable:
        case errc::rolled_back:
        case errc::deadline_exceeded:
        case errc::in_doubt:
            return {503, "The key store does not answer",
                    "The change may or may not have been made. Try again in a moment; the server's log says what is "
                    "wrong."};
        default: break;
    }
    return {500, "Something is wrong with the key store", "The server's log has details."};
}

/// Whether a damaged credential must be revoked before there can be a new key. If its rows say that it is revoked,
/// there is nothing to revoke.
bool must_be_revoked(const std::vector<shearline::credential_view>& damaged) {
    return std::any_of(damaged.begin(), damaged.end(), [](const auto& each) { return !each.about.revoked_at; });
}

/// Calls the key store, unless the maximum number of threads already wait for it without an answer.
template <typename Call>
auto within(bulkhead& of, Call call) -> decltype(call()) {
    if (const auto place = of.enter()) return call();
    return shearline::error{errc::unavailable, "the key store does not answer, and other requests already wait for it"};
}

}  // namespace

/// One request on its way through the console.
struct console::visit {
    const request& asked;
    moment now;
    std::string path{};
    form query{};
    form fields{};
    std::string cookie{};   ///< what the browser sent: a session's id, or a random number before the log-in
    std::string browser{};  ///< proves that someone logged in from this browser before; else empty
    std::optional<session_table::session> session{};

    [[nodiscard]] bool wants_json() const { return crm::wants_json(asked); }
};

struct console::route {
    std::string_view path;
    std::string_view method;
    action answer;
    bool for_everyone = false;  ///< and not only for the owner after log-in
    bool by_itself = false;     ///< sent by a page's script, not by the user
};

const std::vector<console::route>& console::routes() {
    static const std::vector<route> all{
        {path::log_in, "GET", &console::show_log_in, true},
        {path::log_in, "POST", &console::log_in, true},
        {path::log_out, "POST", &console::log_out, true},
        {path::home, "GET", &console::show_home},
        {path::integrations, "GET", &console::show_integrations},
        {path::key, "GET", &console::show_key},
        {path::key_reveal, "POST", &console::reveal_key},
        {path::key_copy, "POST", &console::copy_key},
        {path::key_generate, "POST", &console::generate_key},
        {path::key_regenerate, "POST", &console::regenerate_key},
        {path::key_suspend, "POST", &console::suspend_key},
        {path::key_resume, "POST", &console::resume_key},
        {path::key_revoke, "POST", &console::revoke_key},
        {path::contacts, "GET", &console::show_contacts},
        {path::contacts_rows, "GET", &console::show_contact_rows, false, true},
        {path::audit, "GET", &console::show_audit},
    };
    return all;
}

namespace {

response with_rules_for_browsers(response out) {
    // `same-origin`, and not `no-referrer`, which would make browsers send `Origin: null` with our own forms.
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"Content-Security-Policy",
              "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
              "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
              "trusted-types 'none'"},
             {"X-Content-Type-Options", "nosniff"},
             {"X-Frame-Options", "DENY"},
             {"Referrer-Policy", "same-origin"},
             {"Permissions-Policy",
              "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=(), "
              "clipboard-write=(self)"},
             {"Cross-Origin-Opener-Policy", "same-origin"},
             {"Cross-Origin-Resource-Policy", "same-origin"}})
        out.headers.emplace_back(name, value);
    return out;
}

}  // namespace

response console::handle(const request& asked) {
    visit at{asked, m_options.now()};
    return with_rules_for_browsers(dispatch(at));
}

response console::unavailable(const request& asked, std::string_view silent) {
    static constexpr std::string_view text =
        "This took too long, and may or may not have been done. Load the page again and check before you try again.";
    const std::string title = silent.empty() ? "The CRM is busy" : std::string{silent} + " does not answer";
    return with_rules_for_browsers(wants_json(asked)
                                       ? json(503, {{"error", "failed"}, {"message", title + ". " + std::string{text}}})
                                       : page(503, error_page(503, title, text)));
}

response console::dispatch(visit& at) {
    const auto host = at.asked.header("host");
    if (!host || !is_our_host(*host))
        return page(421, error_page(421, "This CRM has another name",
                                    "Open the console under one of the names given by --host."));

    // Another site may link here, but it may not load, send or frame anything of ours (Fetch Metadata).
    const std::string_view site = at.asked.header("sec-fetch-site").value_or("same-origin");
    const bool navigates = at.asked.header("sec-fetch-mode").value_or("navigate") == "navigate";
    const bool reads = at.asked.reads();  // HEAD, whose answer the server cuts short
    if (site != "same-origin" && !(reads && (site == "none" || navigates)))
        return page(403, error_page(403, "Not allowed from another site", "Another site sent this request."));

    const std::string_view target = at.asked.target;
    at.path = target.substr(0, target.find('?'));
    if (reads)
        if (auto found = asset_at(at.path)) return *std::move(found);

    std::string allowed;
    const route* chosen = nullptr;
    for (const route& each : routes()) {
        if (each.path != at.path) continue;
        allowed += (allowed.empty() ? "" : ", ") + std::string{each.method == "GET" ? "GET, HEAD" : each.method};
        if (each.method == (reads ? "GET" : at.asked.method)) chosen = &each;
    }
    if (allowed.empty())
        return page(404, error_page(404, "There is no such page",
                                    "The address may be mistyped, or the page no longer exists."));
    if (chosen == nullptr) {
        response out =
            page(405, error_page(405, "This page does not accept this request", "Go back, and use its buttons."));
        out.headers.emplace_back("Allow", allowed);
        return out;
    }

    const std::size_t question = target.find('?');
    auto query = form::parse(question == std::string_view::npos ? std::string_view{} : target.substr(question + 1));
    if (!query) return page(400, error_page(400, "This address is malformed", "Use the links of the console."));
    at.query = *std::move(query);

    at.cookie = cookie_of(at.asked, cookie_name(session_cookie));
    if (!is_token(at.cookie)) at.cookie.clear();
    const std::string_view browser = cookie_of(at.asked, cookie_name(browser_cookie));
    if (const std::size_t dot = browser.find('.');
        dot != std::string_view::npos &&
        m_shared.is_token_of(browser.substr(dot + 1), for_browser, browser.substr(0, dot)))
        at.browser = browser.substr(0, dot);

    if (at.asked.method == "POST")
        if (auto refused = refuse_forgery(at)) return *std::move(refused);

    if (!at.cookie.empty()) at.session = m_sessions.find(at.cookie, at.now, !chosen->by_itself);
    if (!at.session && !chosen->for_everyone) {
        if (at.wants_json()) return json(401, {{"error", "session"}, {"message", "You are logged out. Log in again."}});
        return see_other(path::log_in);
    }
    return (this->*chosen->answer)(at);
}

bool console::is_our_host(std::string_view host) const {
    const std::size_t colon = host.rfind(':');
    const bool has_port = colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
    const std::string name = lower(has_port ? host.substr(0, colon) : host);
    return name == "localhost" || name == "127.0.0.1" || name == "[::1]" ||
           std::any_of(m_options.hosts.begin(), m_options.hosts.end(),
                       [&](const std::string& each) { return lower(each) == name; });
}

bool console::is_our_origin(std::string_view origin, std::string_view host) const {
    return lower(origin) == (m_options.behind_tls ? "https://" : "http://") + lower(host);
}

std::optional<response> console::refuse_forgery(visit& at) const {
    const auto refuse = [&](unsigned status, std::string_view title, std::string_view text) {
        if (at.wants_json()) return json(status, {{"error", "refused"}, {"message", text}});
        return page(status, error_page(status, title, text));
    };
    // Every current browser sends it with a POST; without it, the form is not ours.
    const auto origin = at.asked.header("origin");
    if (!origin || !is_our_origin(*origin, at.asked.header("host").value_or("")))
        return refuse(403, "Not allowed from another site", "This form was not sent from a page of this console.");

    const std::string type = lower(at.asked.header("content-type").value_or(""));
    if (type.substr(0, type.find(';')) != form_type)
        return refuse(415, "Not a form", "The console accepts only forms.");
    if (at.asked.body.size() > max_form_bytes)
        return refuse(413, "Too long", "This form is longer than any form of the console.");
    auto fields = form::parse(at.asked.body);
    if (!fields) return refuse(400, "Not a form", "This form is malformed.");
    at.fields = *std::move(fields);

    if (at.cookie.empty() || !m_tokens.is_token_of(at.fields[field::csrf], for_form, at.cookie))
        return refuse(403, "This form is out of date",
                      "The console was restarted, or you logged in again in the meantime. Load the page again.");
    return std::nullopt;
}

std::string console::cookie_name(std::string_view plain) const {
    return (m_options.behind_tls ? "__Host-" : "") + std::string{plain};
}

std::string console::cookie(std::string_view plain_name, std::string_view value, std::string_view more) const {
    // A `__Host-` cookie cannot be set by a neighbouring host name; it must have the path / and no domain.
    return cookie_name(plain_name) + '=' + std::string{value} +
           (m_options.behind_tls ? "; Path=/; Secure" : "; Path=/admin") + "; HttpOnly; SameSite=Strict" +
           std::string{more};
}

// ---- who it is ----

response console::show_log_in(visit& at) {
    if (at.session) return see_other(path::home);
    return log_in_page(at, 200, std::nullopt);
}

response console::log_in_page(visit& at, unsigned status, const std::optional<notice>& says) const {
    const bool fresh = at.cookie.empty();
    if (fresh) at.cookie = random_token();
    response out = page(status, sign_in_page(m_tokens.token(for_form, at.cookie), says));
    if (fresh) out.headers.emplace_back("Set-Cookie", cookie(session_cookie, at.cookie));
    return out;
}

console::proof_result console::check_password(const visit& at, std::string_view attempt) {
    const bool known = at.session || !at.browser.empty();
    const std::string who = at.session            ? "session " + m_tokens.token(for_attempts, at.cookie)
                            : !at.browser.empty() ? "browser " + at.browser
                                                  : "address " + slowed_as(at.asked.source_address);
    if (const auto wait = m_attempts.begin(who, at.now); wait > std::chrono::seconds::zero())
        return {proof::slowed, wait};
    const auto place = m_gate.enter(known);
    if (!place) {
        m_attempts.withdrawn(who);
        return {proof::busy, std::chrono::seconds{1}};
    }
    if (!m_password.matches(attempt)) return {proof::wrong};
    m_attempts.succeeded(who);
    return {proof::good};
}

response console::log_in(visit& at) {
    const auto [outcome, wait] = check_password(at, at.fields[field::password]);
    switch (outcome) {
        case proof::good:
            // No log-in succeeds unless it is audited.
            if (const auto noted = note_log_in(at, "log in", "owner"); !noted) return failed(at, noted.error());
            break;
        case proof::wrong:
            if (const auto noted = note_log_in(at, "log in refused", "unknown"); !noted)
                log_line("error", noted.error().message());
            return log_in_page(at, 403, notice{notice::tone::bad, std::string{wrong_password}});
        case proof::slowed:
            return retry_after(log_in_page(at, 429, notice{notice::tone::warning, slowed_text(wait)}), wait);
        case proof::busy:
            return retry_after(log_in_page(at, 503, notice{notice::tone::warning, std::string{busy_checking}}), wait);
    }
    m_sessions.close(at.cookie);
    const std::string browser = at.browser.empty() ? random_token() : at.browser;
    response out = see_other(path::home);
    out.headers.emplace_back("Set-Cookie", cookie(session_cookie, m_sessions.open(at.now)));
    out.headers.emplace_back("Set-Cookie", cookie(browser_cookie, browser + '.' + m_shared.token(for_browser, browser),
                                                  "; Max-Age=31536000"));
    return out;
}

result<void> console::note_log_in(const visit& at, std::string_view what, std::string_view who) const {
    shearline::audit_event event;
    event.at = shearline::system_clock{}.now();
    event.actor = who;
    event.action = what;
    event.tenant = instance_tenant;
    event.credential = console_id;
    event.source_address = at.asked.source_address;
    event.reason = at.browser.empty() ? "from a new browser" : "from a known browser";
    return within(m_writing, [&] { return m_options.note(event); });
}

response console::log_out(visit& at) {
    m_sessions.close(at.cookie);
    response out = see_other(path::log_in);
    out.headers.emplace_back("Set-Cookie", cookie(session_cookie, random_token()));
    return out;
}

std::optional<response> console::ask_for_password(visit& at, std::string_view purpose) {
    if (at.session->proved) return std::nullopt;
    unsigned status = 403;
    std::string code = "password";
    std::optional<notice> says;
    std::chrono::seconds wait{0};
    if (const std::string_view attempt = at.fields[field::password]; !attempt.empty()) {
        const proof_result result = check_password(at, attempt);
        wait = result.wait;
        switch (result.outcome) {
            case proof::good: m_sessions.prove(at.cookie, at.now); return std::nullopt;
            case proof::wrong: says = {notice::tone::bad, std::string{wrong_password}}; break;
            case proof::slowed: status = 429, code = "slowed", says = {notice::tone::warning, slowed_text(wait)}; break;
            case proof::busy:
                status = 503, code = "busy", says = {notice::tone::warning, std::string{busy_checking}};
                break;
        }
    }
    response out;
    if (at.wants_json()) {
        out = json(status, {{"error", code}, {"message", says ? says->text : ""}});
    } else {
        frame around = frame_for(at);
        around.says = says;
        pending_form pending{at.path, {}, purpose};
        for (const std::string_view name : {field::once, field::credential})
            if (at.fields.has(name)) pending.fields.emplace_back(name, at.fields[name]);
        out = page(status, password_page(around, pending));
    }
    return status == 403 ? std::move(out) : retry_after(std::move(out), wait);
}

// ---- the pages ----

frame console::frame_for(visit& at) const {
    return {m_tokens.token(for_form, at.cookie), std::exchange(at.session->says, std::nullopt)};
}

response console::failed(const visit& at, const shearline::error& why, store of) const {
    const told says = told_of(why.code(), of == store::contacts);
    if (says.status >= 500) log_line("error", why.message());
    response out = at.wants_json() ? json(says.status, {{"error", "failed"}, {"message", says.text}})
                                   : page(says.status, error_page(says.status, says.title, says.text));
    return says.status == 503 ? retry_after(std::move(out), std::chrono::seconds{2}) : std::move(out);
}

response console::show_home(visit& at) {
    auto keys = keys_to_show();
    if (!keys) return failed(at, keys.error());
    const auto events = within(m_reading, [&] { return m_keys.audit({.limit = events_on_overview}); });
    if (!events) return failed(at, events.error());
    const auto total = m_contacts.count();
    if (!total) return failed(at, total.error(), store::contacts);
    return page(200, home_page(frame_for(at), {*total, std::move(keys->key), rows_of(*events), keys->damaged.size()}));
}

response console::show_integrations(visit& at) {
    const auto keys = keys_to_show();
    if (!keys) return failed(at, keys.error());
    return page(200, integrations_page(frame_for(at), keys->key, keys->damaged.size()));
}

response console::show_key(visit& at) {
    auto keys = keys_to_show();
    if (!keys) return failed(at, keys.error());
    return page(200, key_page(frame_for(at), {.key = std::move(keys->key),
                                              .editing = at.query.has("edit"),
                                              .confirming = at.query.has("confirm"),
                                              .once = random_token(),
                                              .damaged = std::move(keys->damaged)}));
}

response console::show_contacts(visit& at) {
    const auto view = contacts_for(at);
    if (!view) return failed(at, view.error(), store::contacts);
    return page(200, contacts_page(frame_for(at), *view));
}

response console::show_contact_rows(visit& at) {
    const auto view = contacts_for(at);
    if (!view) return failed(at, view.error(), store::contacts);
    std::string body = contacts_json(*view);
    const std::string tag = '"' + m_tokens.token(for_rows, body) + '"';
    const bool known = at.asked.header("if-none-match") == tag;
    response out = page(known ? 304 : 200, known ? std::string{} : std::move(body));
    out.headers[0].second = json_type;
    out.headers.emplace_back("ETag", tag);
    return out;
}

result<contacts_view> console::contacts_for(const visit& at) const {
    contacts_view view;
    view.search = at.query["q"].substr(0, max_search_bytes);
    const std::string_view number = at.query["page"];
    if (std::from_chars(number.data(), number.data() + number.size(), view.page).ec != std::errc{} || view.page == 0)
        view.page = 1;
    auto found = m_contacts.list(view.page, contacts_per_page, view.search);
    if (!found) return std::move(found).error();
    for (const contact& each : found->items) view.rows.push_back(row_of(each));
    view.total = found->total;
    view.pages = std::max<std::size_t>(1, (found->total + contacts_per_page - 1) / contacts_per_page);
    return view;
}

response console::show_audit(visit& at) {
    const std::string_view after = at.query["after"];
    const auto events =
        within(m_reading, [&] { return m_keys.audit({.limit = events_per_page, .cursor = std::string{after}}); });
    if (!events && events.error().code() == errc::invalid_argument) return see_other(path::audit);
    if (!events) return failed(at, events.error());
    return page(200, audit_page(frame_for(at), {rows_of(*events), events->next, after.empty()}));
}

// ---- what is done to the key ----

result<console::found_keys> console::find_keys() const {
    found_keys all;
    shearline::page_request which{.limit = 100};
    do {
        auto found = within(m_reading, [&] { return m_keys.list(which); });
        if (!found) return std::move(found).error();
        all.all += found->items.size();
        for (auto& each : found->items) {
            const auto& about = each.about;
            if (!each.proved)
                all.damaged.push_back(std::move(each));
            else if (!about.revoked_at && about.tenant == instance_tenant && about.name == instance_key_name)
                all.key = std::move(each);
        }
        which.cursor = found->next;
    } while (!which.cursor.empty());
    return all;
}

result<shearline::credential_view> console::instance_key_in(found_keys found) {
    if (found.key) return *std::move(found.key);
    if (must_be_revoked(found.damaged))
        return shearline::error{errc::corrupt, "the rows of the instance's key were edited: it can only be revoked"};
    return shearline::error{errc::not_found, "the instance has no key"};
}

result<shearline::credential_view> console::instance_key() const {
    auto found = find_keys();
    if (!found) return std::move(found).error();
    return instance_key_in(*std::move(found));
}

result<console::shown_keys> console::keys_to_show() const {
    auto found = find_keys();
    if (!found) return std::move(found).error();
    shown_keys shown;
    for (const auto& each : found->damaged)
        shown.damaged.push_back({.id = each.about.id.to_string(),
                                 .masked = each.keys.empty() ? std::string{} : masked_text(each.keys.front().handle),
                                 .name = each.about.name,
                                 .tenant = each.about.tenant,
                                 .revoked = each.about.revoked_at.has_value()});
    if (!found->key || found->key->keys.empty()) return shown;
    const auto& [about, keys, proved] = *found->key;
    const shearline::record& newest = keys.front();
    const auto standing = shearline::standing_at(about, newest, shearline::system_clock{}.now());
    shown.key = key_view{
        .masked = masked_text(newest.handle),
        .state = std::string{to_string(standing)},
        .good = standing == shearline::key_standing::active || standing == shearline::key_standing::retiring,
        .suspended = standing == shearline::key_standing::suspended,
        .generation = newest.generation,
        .scopes = about.scopes,
        .created_at = newest.created_at,
        .last_used_at = newest.last_used_at,
        .uses = newest.uses,
    };
    return shown;
}

shearline::request_context console::context_for(const visit& at, std::string_view reason) const {
    return {.actor = "owner", .source_address = at.asked.source_address, .reason = std::string{reason}};
}

response console::give_key(visit& at, std::string_view purpose, std::string_view reason) {
    if (auto asks = ask_for_password(at, purpose)) return *std::move(asks);
    const auto found = instance_key();
    if (!found) return failed(at, found.error());
    const auto text = within(m_writing, [&] { return m_keys.reveal(found->about.id, context_for(at, reason)); });
    if (!text) return failed(at, text.error());
    const std::string_view key = text->reveal(shearline::unsafe_reveal);
    if (at.wants_json()) return json(200, {{"key", key}});
    auto view = keys_to_show();
    if (!view) return failed(at, view.error());
    return page(200, key_page(frame_for(at), {.key = std::move(view->key),
                                              .revealed = key,
                                              .once = random_token(),
                                              .damaged = std::move(view->damaged)}));
}

response console::reveal_key(visit& at) { return give_key(at, "reveal the key", "revealed in the console"); }

response console::copy_key(visit& at) { return give_key(at, "copy the key", "copied in the console"); }

response console::generate_key(visit& at) {
    if (auto asks = ask_for_password(at, "generate the key")) return *std::move(asks);
    if (!is_token(at.fields[field::once]))
        return failed(at, shearline::error{errc::invalid_argument, "a form without its token"});
    const auto made = within(m_writing, [&]() -> result<bool> {
        auto found = find_keys();
        if (!found) return std::move(found).error();
        // Requests that find the same credentials make one key, in this process or in several.
        auto context = context_for(at, "generated in the console");
        context.idempotency_token = m_shared.token(for_key, std::to_string(found->all));
        const auto known = instance_key_in(*std::move(found));
        if (known) return false;
        if (known.error().code() != errc::not_found) return known.error();
        const auto issued = m_keys.issue(instance_credential(), context);
        return issued ? result<bool>{true} : issued.error();
    });
    if (!made) return failed(at, made.error());
    m_sessions.leave(at.cookie,
                     *made ? notice{notice::tone::good, "The key is ready. Copy it into the system that will use it."}
                           : notice{notice::tone::warning, "There is a key already. It was not changed."});
    return see_other(path::key);
}

response console::regenerate_key(visit& at) {
    if (auto asks = ask_for_password(at, "regenerate the key")) return *std::move(asks);
    if (!is_token(at.fields[field::once]))
        return failed(at, shearline::error{errc::invalid_argument, "a form without its token"});
    return change_key(at,
                      "The new key is ready, and the old one no longer works. Copy the new one into the systems "
                      "that use it.",
                      [&](const shearline::credential_id& id) -> result<void> {
                          auto context = context_for(at, "regenerated in the console");
                          context.idempotency_token = at.fields[field::once];
                          auto made = m_keys.rotate(id, context);
                          if (!made) return std::move(made).error();
                          return {};
                      });
}

response console::suspend_key(visit& at) {
    return change_key(at, "The key is suspended: every call with it is refused until you resume it.",
                      [&](const shearline::credential_id& id) {
                          return m_keys.suspend(id, context_for(at, "suspended in the console"));
                      });
}

response console::resume_key(visit& at) {
    if (auto asks = ask_for_password(at, "resume the key")) return *std::move(asks);
    return change_key(at, "The key works again.", [&](const shearline::credential_id& id) {
        return m_keys.resume(id, context_for(at, "resumed in the console"));
    });
}

response console::revoke_key(visit& at) {
    if (auto asks = ask_for_password(at, "revoke the damaged key")) return *std::move(asks);
    const auto id = shearline::credential_id::parse(at.fields[field::credential]);
    if (!id) return failed(at, shearline::error{errc::invalid_argument, "a form without its credential"});
    const auto found = find_keys();
    if (!found) return failed(at, found.error());
    const auto& all = found->damaged;
    if (std::none_of(all.begin(), all.end(), [&](const auto& each) { return each.about.id == *id; }))
        return failed(at, shearline::error{errc::conflict, "only a damaged key is revoked here"});
    const auto revoked = within(
        m_writing, [&] { return m_keys.revoke(*id, context_for(at, "revoked in the console: its rows were edited")); });
    if (!revoked) return failed(at, revoked.error());
    m_sessions.leave(at.cookie, {notice::tone::good, "The damaged key is revoked."});
    return see_other(path::key);
}

response console::change_key(visit& at, std::string_view done, const change& make) {
    const auto found = instance_key();
    if (!found) return failed(at, found.error());
    if (const auto changed = within(m_writing, [&] { return make(found->about.id); }); !changed)
        return failed(at, changed.error());
    m_sessions.leave(at.cookie, {notice::tone::good, std::string{done}});
    return see_other(path::key);
}

}  // namespace crm

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <console/console.hpp>

#include <atomic>
#include <barrier>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <keys_in.hpp>
#include <percent_encode.hpp>

#include <shearline/store/sqlite_store.hpp>

#include "../support/shell.hpp"
#include "../support/temporary_folder.hpp"

namespace {

using crm::moment;
using crm::request;
using crm::response;
using namespace std::chrono_literals;
using fields = std::map<std::string, std::string>;

constexpr std::string_view password = "correct horse battery";
constexpr std::string_view key_path = crm::path::key;

std::string header(const response& answer, std::string_view name) {
    std::string found;
    for (const auto& [field, value] : answer.headers)
        if (field == name) found += (found.empty() ? "" : "\n") + value;
    return found;
}

bool has(const response& answer, std::string_view part) { return answer.body.find(part) != std::string::npos; }

/// The text between two texts of a page; fails if they are missing.
std::string between(std::string_view page, std::string_view before, std::string_view after) {
    const std::size_t begin = page.find(before);
    BOOST_REQUIRE_MESSAGE(begin != page.npos, "no " << before << " in " << page);
    const std::string_view rest = page.substr(begin + before.size());
    return std::string{rest.substr(0, rest.find(after))};
}

/// One log-in at a console; `browser` is a cookie that the console set earlier.
response log_in_at(crm::console& console, std::string_view text, const std::string& browser = {}) {
    request asked;
    asked.method = "GET";
    asked.target = "/admin/login";
    asked.source_address = "192.0.2.7";
    asked.headers = {{"Host", "localhost:8080"}};
    const response page = console.handle(asked);
    const std::string id = header(page, "Set-Cookie");
    asked.method = "POST";
    asked.headers.emplace_back("Cookie", id.substr(0, id.find(';')) + (browser.empty() ? "" : "; " + browser));
    asked.headers.emplace_back("Origin", "http://localhost:8080");
    asked.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    asked.body =
        "csrf=" + between(page.body, R"(name="csrf" value=")", "\"") + "&password=" + common::percent_encode(text);
    return console.handle(asked);
}

/// A CRM's console over its own stores, at a time that the test sets.
struct console_under_test {
    support::temporary_folder home;
    moment now = moment{} + 1000h;
    shearline::keyring ring = require(shearline::keyring::create(home.file("keyring")));
    crm::keys_in<shearline::sqlite_store> keys = open_keys();
    crm::contact_store contacts = require(crm::contact_store::open(home.file("contacts.db")));
    crm::console console{{.hosts = {"crm.example"}, .now = [this] { return now; }},
                         require(crm::owner_password::open_or_create(home.file("password"), password)).password,
                         keys,
                         contacts};

    crm::keys_in<shearline::sqlite_store> open_keys() const {
        auto store = require(shearline::sqlite_store::open(home.file("keys.db")));
        return require(crm::keys_in<shearline::sqlite_store>::open(std::move(store), ring, crm::verification::strict));
    }

    template <typename T>
    static T require(shearline::result<T> outcome) {
        BOOST_REQUIRE_MESSAGE(outcome.operator bool(), (outcome ? std::string{} : outcome.error().message()));
        return *std::move(outcome);
    }
};

/// A minimal browser: keeps cookies, and sends the token of the page that it loaded last.
struct visitor {
    crm::console& at;
    std::string address = "192.0.2.1";
    std::map<std::string, std::string> cookies{};
    std::string token{};

    response send(std::string_view method, std::string_view target, std::string body, fields headers) {
        request asked;
        asked.method = method;
        asked.target = target;
        asked.source_address = address;
        asked.body = std::move(body);
        std::string jar;
        for (const auto& [name, value] : cookies) jar += (jar.empty() ? "" : "; ") + name + '=' + value;
        headers.emplace("Host", "localhost:8080");
        if (!jar.empty()) headers.emplace("Cookie", jar);
        for (const auto& [name, value] : headers)
            if (value != "(none)") asked.headers.emplace_back(name, value);
        response answer = at.handle(asked);
        for (const auto& [name, value] : answer.headers)
            if (name == "Set-Cookie") cookies[value.substr(0, value.find('='))] = between(value, "=", ";");
        if (has(answer, R"(name="csrf" value=")")) token = between(answer.body, R"(name="csrf" value=")", "\"");
        return answer;
    }

    response get(std::string_view target, fields headers = {}) { return send("GET", target, {}, std::move(headers)); }

    response post(std::string_view target, fields form = {}, fields headers = {}) {
        form.emplace("csrf", token);
        std::string body;
        for (const auto& [name, value] : form)
            body += (body.empty() ? "" : "&") + name + '=' + common::percent_encode(value);
        headers.emplace("Origin", "http://localhost:8080");
        headers.emplace("Content-Type", "application/x-www-form-urlencoded");
        return send("POST", target, std::move(body), std::move(headers));
    }

    response log_in(std::string_view text = password) {
        get("/admin/login");
        return post("/admin/login", {{"password", std::string{text}}});
    }

    void be_in() {
        BOOST_REQUIRE(log_in().status == 303U);
        BOOST_REQUIRE(get("/admin").status == 200U);
    }

    /// Sends the page's form that generates a key.
    response generate() {
        const response page = get(std::string{key_path} + "?edit=1");
        return post(crm::path::key_generate, {{"once", between(page.body, R"(name="once" value=")", "\"")}});
    }

    std::string key() {
        const response shown = post(crm::path::key_reveal, {}, {{"Accept", "application/json"}});
        BOOST_REQUIRE_MESSAGE(shown.status == 200U, shown.body);
        return std::string{boost::json::parse(shown.body).at("key").as_string()};
    }
};

struct open_console : console_under_test {
    visitor owner{console};
};

struct console_with_key : open_console {
    console_with_key() {
        owner.be_in();
        BOOST_REQUIRE(owner.generate().status == 303U);
        owner.get(key_path);
    }

    bool opens(const std::string& key) { return bool(keys.verify(key, "contacts:write")); }
    std::size_t told(std::string_view action) const {
        const auto events = keys.audit({.limit = 1000});
        BOOST_REQUIRE(bool(events));
        std::size_t found = 0;
        for (const auto& each : events->items) found += each.action == action ? 1U : 0U;
        return found;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_in)

BOOST_FIXTURE_TEST_CASE(is_asked_of_everyone_first, open_console) {
    for (const std::string_view where :
         {crm::path::home, crm::path::integrations, crm::path::key, crm::path::contacts, crm::path::audit}) {
        const response answer = owner.get(where);
        BOOST_TEST(answer.status == 303U);
        BOOST_TEST(header(answer, "Location") == crm::path::log_in);
    }
    const response polled = owner.get(crm::path::contacts_rows, {{"Accept", "application/json"}});
    BOOST_TEST(polled.status == 401U);
}

BOOST_FIXTURE_TEST_CASE(takes_the_right_password_only, open_console) {
    BOOST_TEST(owner.log_in("wrong horse battery").status == 403U);
    BOOST_TEST(owner.get("/admin").status == 303U);
    BOOST_TEST(owner.log_in().status == 303U);
    BOOST_TEST(owner.get("/admin").status == 200U);
}

BOOST_FIXTURE_TEST_CASE(is_written_down_and_so_is_each_attempt, console_under_test) {
    std::vector<shearline::audit_event> noted;
    bool fails = false;
    crm::console watched{{.note = [&](const shearline::audit_event& event) -> shearline::result<void> {
                              if (fails) return shearline::error{shearline::errc::unavailable, "the disk is full"};
                              noted.push_back(event);
                              return keys.note(event);
                          },
                          .now = [this] { return now; }},
                         require(crm::owner_password::open_or_create(home.file("password"), password)).password,
                         keys,
                         contacts};
    const auto log_in = [&](std::string_view text) { return log_in_at(watched, text).status; };
    BOOST_TEST(log_in("not the password") == 403U);
    BOOST_TEST(log_in(password) == 303U);
    BOOST_REQUIRE(noted.size() == 2U);
    BOOST_TEST(noted[0].action == "log in refused");
    BOOST_TEST(noted[0].actor == "unknown");
    BOOST_TEST(noted[1].action == "log in");
    BOOST_TEST(noted[1].actor == "owner");
    for (const shearline::audit_event& event : noted) {
        BOOST_TEST(event.source_address == "192.0.2.7");
        BOOST_TEST(event.reason.find("password") == std::string::npos);
    }
    BOOST_TEST(require(keys.audit()).items.size() == 2U);
    fails = true;
    BOOST_TEST(log_in(password) == 503U);  // nobody comes in unseen
    BOOST_TEST(log_in("not the password") == 403U);
}

BOOST_FIXTURE_TEST_CASE(knows_its_browsers_again_after_a_restart, console_under_test) {
    for (const bool keeps : {true, false}) {
        const auto made = [&] {
            crm::console_options options{.now = [this] { return now; }};
            if (keeps)
                options.shared_key = require(
                    ring.subkey(shearline::key_kind::pepper, 1, "browsers", "instance", shearline::environment::live));
            return std::make_unique<crm::console>(
                std::move(options),
                require(crm::owner_password::open_or_create(home.file("password"), password)).password, keys, contacts);
        };
        const std::string cookies = header(log_in_at(*made(), password), "Set-Cookie");
        const std::string browser = "shearline-browser=" + between(cookies, "shearline-browser=", ";");
        const auto after = made();
        // A stranger at the same address, as all are behind one proxy, has used up the guesses of that address.
        for (unsigned i = 0; i < crm::attempt_limiter::free_attempts; ++i)
            BOOST_TEST(log_in_at(*after, "a guess, and a wrong one").status == 403U);
        BOOST_TEST(log_in_at(*after, password).status == 429U);
        BOOST_TEST(log_in_at(*after, password, browser).status == (keeps ? 303U : 429U));
    }
}

BOOST_FIXTURE_TEST_CASE(gives_an_id_that_was_not_there_before, open_console) {
    owner.get("/admin/login");
    const std::string before = owner.cookies.at("shearline-console");
    owner.post("/admin/login", {{"password", std::string{password}}});
    const std::string first = owner.cookies.at("shearline-console");
    BOOST_TEST(first != before);
    owner.post("/admin/login", {{"password", std::string{password}}});  // with the token of before: refused
    BOOST_TEST(owner.cookies.at("shearline-console") == first);

    visitor planted{console};
    planted.cookies["shearline-console"] = before;
    BOOST_TEST(planted.get("/admin").status == 303U);
}

BOOST_FIXTURE_TEST_CASE(closes_the_session_that_it_takes_the_place_of, open_console) {
    owner.be_in();
    visitor old{console};
    old.cookies = owner.cookies;
    owner.post("/admin/login", {{"password", std::string{password}}});
    BOOST_TEST(owner.get("/admin").status == 200U);
    BOOST_TEST(old.get("/admin").status == 303U);
}

BOOST_FIXTURE_TEST_CASE(is_over_after_logging_out, open_console) {
    owner.be_in();
    visitor copy{console};
    copy.cookies = owner.cookies;
    BOOST_TEST(copy.get("/admin").status == 200U);
    BOOST_TEST(owner.post("/admin/logout").status == 303U);
    BOOST_TEST(copy.get("/admin").status == 303U);
}

BOOST_FIXTURE_TEST_CASE(lasts_half_an_hour_without_a_request_whatever_a_page_polls, open_console) {
    owner.be_in();
    for (int i = 0; i < 29; ++i) {
        now += 1min;
        BOOST_TEST(owner.get(crm::path::contacts_rows).status == 200U);
    }
    now += 1min;
    BOOST_TEST(owner.get("/admin").status == 303U);
}

BOOST_FIXTURE_TEST_CASE(sets_cookies_that_scripts_and_other_sites_do_not_get, open_console) {
    for (const std::string& cookie :
         {header(owner.get("/admin/login"), "Set-Cookie"),
          header(owner.post("/admin/login", {{"password", std::string{password}}}), "Set-Cookie")}) {
        BOOST_TEST(cookie.find("; Path=/admin; HttpOnly; SameSite=Strict") != cookie.npos);
        BOOST_TEST(cookie.find("Domain") == cookie.npos);
    }
}

BOOST_FIXTURE_TEST_CASE(behind_tls_uses_cookies_that_no_neighbour_can_set, console_under_test) {
    crm::console secure{{.hosts = {"crm.example"}, .behind_tls = true},
                        require(crm::owner_password::open_or_create(home.file("password"))).password,
                        keys,
                        contacts};
    request asked;
    asked.method = "GET";
    asked.target = "/admin/login";
    asked.headers = {{"Host", "crm.example"}};
    const std::string cookie = header(secure.handle(asked), "Set-Cookie");
    BOOST_TEST(cookie.starts_with("__Host-shearline-console="));
    BOOST_TEST(cookie.find("; Path=/; Secure; HttpOnly; SameSite=Strict") != cookie.npos);
}

BOOST_FIXTURE_TEST_CASE(takes_no_session_from_a_cookie_that_comes_twice, open_console) {
    owner.be_in();
    const std::string id = owner.cookies.at("shearline-console");
    owner.cookies.clear();
    BOOST_TEST(owner.get("/admin", {{"Cookie", "a=b; shearline-console=" + id}}).status == 200U);
    const std::string twice = "shearline-console=" + id + "; shearline-console=" + id;
    BOOST_TEST(owner.get("/admin", {{"Cookie", twice}}).status == 303U);
}

BOOST_FIXTURE_TEST_CASE(is_slowed_for_who_guesses_and_for_nobody_else, open_console) {
    owner.be_in();
    visitor stranger{console, "198.51.100.9"};
    for (unsigned i = 0; i < crm::attempt_limiter::free_attempts; ++i)
        BOOST_TEST(stranger.log_in("a guess of a stranger").status == 403U);
    const response slowed = stranger.log_in();
    BOOST_TEST(slowed.status == 429U);
    BOOST_TEST(header(slowed, "Retry-After") == "2");

    visitor elsewhere{console, "203.0.113.5"};
    BOOST_TEST(elsewhere.log_in().status == 303U);

    // The same address, as behind a proxy: the owner's browser proves that it was in before.
    owner.address = stranger.address;
    owner.post("/admin/logout");
    BOOST_TEST(owner.log_in().status == 303U);

    now += 2s;
    BOOST_TEST(stranger.log_in().status == 303U);
}

BOOST_FIXTURE_TEST_CASE(takes_no_proof_of_an_earlier_log_in_that_it_did_not_give, open_console) {
    visitor stranger{console};
    for (unsigned i = 0; i < crm::attempt_limiter::free_attempts; ++i) stranger.log_in("a guess of a stranger");
    stranger.cookies["shearline-browser"] = crm::random_token() + '.' + crm::random_token();
    BOOST_TEST(stranger.log_in().status == 429U);
}

BOOST_FIXTURE_TEST_CASE(checks_few_passwords_at_a_time, open_console) {
    std::atomic<int> busy = 0, wrong = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            visitor each{console, "198.51.100." + std::to_string(i)};
            const response answer = each.log_in("a guess of a stranger");
            (answer.status == 503U && !header(answer, "Retry-After").empty() ? busy : wrong) += 1;
        });
    for (std::thread& each : threads) each.join();
    BOOST_TEST(busy + wrong == 8);
    BOOST_TEST(busy >= 1);
    BOOST_TEST(wrong >= 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(forgery)

BOOST_FIXTURE_TEST_CASE(of_a_form_fails_without_the_sessions_own_token, console_with_key) {
    visitor other{console};
    other.be_in();
    const std::string right = owner.token;
    for (const std::string& wrong : {std::string{}, other.token, right.substr(1), right + 'A'}) {
        const response refused = owner.post(crm::path::key_reveal, {{"csrf", wrong}});
        BOOST_TEST(refused.status == 403U);
        BOOST_TEST(!has(refused, "instance_"));
    }
    owner.token = right;
    BOOST_TEST(owner.post(crm::path::key_reveal).status == 200U);
    BOOST_TEST(told("reveal") == 1U);
}

BOOST_FIXTURE_TEST_CASE(of_a_log_in_fails_too, open_console) {
    owner.get("/admin/login");
    BOOST_TEST(owner.post("/admin/login", {{"csrf", ""}, {"password", std::string{password}}}).status == 403U);
    visitor bare{console};
    bare.token = owner.token;
    BOOST_TEST(bare.post("/admin/login", {{"password", std::string{password}}}).status == 403U);
    BOOST_TEST(bare.get("/admin").status == 303U);
}

BOOST_FIXTURE_TEST_CASE(from_another_origin_fails, console_with_key) {
    for (const char* origin : {"http://evil.example", "https://localhost:8080", "http://localhost", "null", "",
                               "http://localhost:8080.evil.example", "(none)"})
        BOOST_TEST(owner.post(crm::path::key_reveal, {}, {{"Origin", origin}}).status == 403U);
    for (const char* site : {"cross-site", "same-site", "none"})
        BOOST_TEST(owner.post(crm::path::key_reveal, {}, {{"Sec-Fetch-Site", site}}).status == 403U);
    BOOST_TEST(owner.post(crm::path::key_reveal, {}, {{"Sec-Fetch-Site", "same-origin"}}).status == 200U);
}

BOOST_FIXTURE_TEST_CASE(by_a_name_that_leads_to_us_fails, console_with_key) {
    for (const char* host : {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
                             "", ":8080", "[::1].evil.example", "(none)"}) {
        const response refused = owner.get("/admin", {{"Host", host}});
        BOOST_TEST(refused.status == 421U);
        BOOST_TEST(!has(refused, "Overview"));
    }
    for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "crm.example:443"})
        BOOST_TEST(owner.get("/admin", {{"Host", host}}).status == 200U);
}

BOOST_FIXTURE_TEST_CASE(by_a_page_elsewhere_gets_a_link_and_nothing_more, console_with_key) {
    BOOST_TEST(owner.get("/admin", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}).status == 200U);
    for (const char* mode : {"no-cors", "cors", "websocket"})
        BOOST_TEST(owner.get("/admin", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", mode}}).status == 403U);
}

BOOST_FIXTURE_TEST_CASE(with_another_kind_of_body_fails, console_with_key) {
    BOOST_TEST(owner.post(crm::path::key_reveal, {}, {{"Content-Type", "text/plain"}}).status == 415U);
    BOOST_TEST(owner.post(crm::path::key_reveal, {}, {{"Content-Type", "application/json"}}).status == 415U);
    BOOST_TEST(owner.post(crm::path::key_reveal, {{"x", std::string(20'000, 'x')}}).status == 413U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_key)

BOOST_FIXTURE_TEST_CASE(is_generated_once_and_revealed_when_asked, open_console) {
    owner.be_in();
    BOOST_TEST(has(owner.get(key_path), "There is no key yet"));
    BOOST_TEST(owner.generate().status == 303U);
    const response page = owner.get(key_path);
    BOOST_TEST(has(page, "The key is ready"));
    BOOST_TEST(!has(owner.get(key_path), "The key is ready"));
    const std::string key = owner.key();
    BOOST_TEST(bool(keys.verify(key, "contacts:write")));
    BOOST_TEST(bool(keys.verify(key, "contacts:read")));
    BOOST_TEST(!has(page, key));
    BOOST_TEST(!has(page, key.substr(20, 6)));
}

BOOST_FIXTURE_TEST_CASE(is_one_however_many_ask_for_it_at_once, open_console) {
    owner.be_in();
    const response page = owner.get(std::string{key_path} + "?edit=1");
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            visitor each = owner;
            each.post(crm::path::key_generate, {{"once", crm::random_token()}});
        });
    for (std::thread& each : threads) each.join();
    const auto all = keys.list({.limit = 100});
    BOOST_REQUIRE(bool(all));
    BOOST_TEST(all->items.size() == 1U);
}

/// The keys of one of two processes, which both find that there is no key before either makes one.
class keys_that_meet : public crm::keys_in<shearline::sqlite_store> {
public:
    keys_that_meet(crm::keys_in<shearline::sqlite_store> keys, std::barrier<>& point)
        : keys_in{std::move(keys)}, m_point{point} {}
    shearline::result<shearline::issued_key> issue(const shearline::new_credential& asked,
                                                   const shearline::request_context& by) override {
        m_point.arrive_and_wait();
        return keys_in::issue(asked, by);
    }

private:
    std::barrier<>& m_point;
};

/// One of the processes of an instance.
struct process {
    process(console_under_test& of, std::barrier<>& point)
        : keys{of.open_keys(), point},
          console{{.shared_key = of.require(of.ring.subkey(shearline::key_kind::pepper, 1, "console", "instance",
                                                           shearline::environment::live)),
                   .now = [&of] { return of.now; }},
                  of.require(crm::owner_password::open_or_create(of.home.file("password"), password)).password,
                  keys,
                  of.contacts} {}

    keys_that_meet keys;
    crm::console console;
    visitor owner{console};
};

BOOST_FIXTURE_TEST_CASE(is_one_if_two_processes_make_the_first_at_once, console_under_test) {
    std::barrier both_found_none{2};
    process one{*this, both_found_none};
    process two{*this, both_found_none};
    one.owner.be_in();
    two.owner.be_in();
    const auto generate = [](process& in) {
        return in.owner.post(crm::path::key_generate, {{"once", crm::random_token()}}).status;
    };
    unsigned first = 0;
    std::thread other{[&] { first = generate(one); }};
    const unsigned second = generate(two);
    other.join();
    BOOST_TEST(first == 303U);
    BOOST_TEST(second == 303U);
    BOOST_TEST(require(keys.list()).items.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(is_replaced_at_once_and_once_for_each_form, console_with_key) {
    const std::string old = owner.key();
    BOOST_TEST(opens(old));
    const response page = owner.get(std::string{key_path} + "?edit=1");
    const std::string once = between(page.body, R"(name="once" value=")", "\"");
    BOOST_TEST(owner.post(crm::path::key_regenerate, {{"once", once}}).status == 303U);
    BOOST_TEST(!opens(old));
    const std::string fresh = owner.key();
    BOOST_TEST(opens(fresh));
    BOOST_TEST(owner.post(crm::path::key_regenerate, {{"once", once}}).status == 303U);
    BOOST_TEST(opens(fresh));
    BOOST_TEST(told("rotate") == 1U);

    for (const char* bad : {"", "short"})
        BOOST_TEST(owner.post(crm::path::key_regenerate, {{"once", bad}}).status == 400U);
    BOOST_TEST(opens(fresh));
}

BOOST_FIXTURE_TEST_CASE(is_refused_while_suspended, console_with_key) {
    const std::string key = owner.key();
    BOOST_TEST(owner.post(crm::path::key_suspend).status == 303U);
    BOOST_TEST(!opens(key));
    BOOST_TEST(has(owner.get(key_path), "Suspended"));
    BOOST_TEST(owner.post(crm::path::key_resume).status == 303U);
    BOOST_TEST(opens(key));
}

BOOST_FIXTURE_TEST_CASE(is_given_to_no_cache_and_each_look_is_written_down, console_with_key) {
    for (const std::string_view where : {crm::path::key_reveal, crm::path::key_copy}) {
        const response html = owner.post(where);
        BOOST_TEST(html.status == 200U);
        BOOST_TEST(header(html, "Cache-Control") == "no-store");
        const response json = owner.post(where, {}, {{"Accept", "application/json"}});
        BOOST_TEST(header(json, "Cache-Control") == "no-store");
    }
    BOOST_TEST(told("reveal") == 4U);
    const auto events = keys.audit({.limit = 4});
    BOOST_REQUIRE(bool(events));
    for (const auto& each : events->items) {
        BOOST_TEST(each.actor == "owner");
        BOOST_TEST(each.source_address == owner.address);
    }
    BOOST_TEST(events->items.front().reason == "copied in the console");
    BOOST_TEST(events->items.back().reason == "revealed in the console");
}

BOOST_FIXTURE_TEST_CASE(asks_for_the_password_again_after_five_minutes, console_with_key) {
    const std::string key = owner.key();
    now += 5min;
    for (const std::string_view where :
         {crm::path::key_reveal, crm::path::key_copy, crm::path::key_regenerate, crm::path::key_resume}) {
        const response asks = owner.post(where, {{"once", "kept-for-the-next-form"}});
        BOOST_TEST(asks.status == 403U);
        BOOST_TEST(has(asks, R"(type="password")"));
        BOOST_TEST(has(asks, "kept-for-the-next-form"));
        BOOST_TEST(!has(asks, key));
        const response json = owner.post(where, {}, {{"Accept", "application/json"}});
        BOOST_TEST(json.status == 403U);
        BOOST_TEST(boost::json::parse(json.body).at("error").as_string() == "password");
    }
    BOOST_TEST(opens(key));
    BOOST_TEST(owner.post(crm::path::key_reveal, {{"password", "wrong horse battery"}}).status == 403U);
    const response shown = owner.post(crm::path::key_reveal, {{"password", std::string{password}}});
    BOOST_TEST(shown.status == 200U);
    BOOST_TEST(has(shown, key));
    now += 4min;
    BOOST_TEST(owner.key() == key);
}

BOOST_FIXTURE_TEST_CASE(is_shown_as_damaged_when_its_rows_were_edited, console_with_key) {
    const std::string text = owner.key();
    const std::string hostile = "<script>alert(1)</script>";
    for (const std::string& edit :
         {std::string{"scopes = 'contacts:*'"}, std::string{"version = version + 1"}, std::string{"tenant = 'other'"},
          "name = '" + hostile + "'"}) {  // the last two once hid it
        support::shell{home.file("keys.db")}.run(
            "CREATE TABLE kept AS SELECT * FROM credential; UPDATE credential SET " + edit);
        BOOST_TEST(!opens(text), edit);
        const response page = owner.get(key_path);
        BOOST_TEST(has(page, R"(<span class="badge danger">Damaged</span>)"), edit);
        BOOST_TEST(has(page, "are not what this CRM wrote"), edit);
        BOOST_TEST(has(page, "It can only be revoked"), edit);
        BOOST_TEST(has(page, "all its keys are refused"), edit);
        BOOST_TEST(has(page, crm::path::key_revoke), edit);
        BOOST_TEST(!has(page, hostile), edit);
        BOOST_TEST(!has(page, "There is no key yet"), edit);
        for (const std::string& where :
             {std::string{key_path}, std::string{key_path} + "?edit=1", std::string{key_path} + "?edit=1&confirm=1"})
            for (const std::string_view other : {crm::path::key_reveal, crm::path::key_copy, crm::path::key_generate,
                                                 crm::path::key_regenerate, crm::path::key_suspend})
                BOOST_TEST(!has(owner.get(where), other), edit << ", " << where << ", " << other);
        BOOST_TEST(has(owner.get(crm::path::integrations), R"(<span class="badge danger">Damaged</span>)"), edit);
        BOOST_TEST(has(owner.get(crm::path::home), R"(<span class="tile-figure">Damaged</span>)"), edit);
        // A form of a page that was loaded before.
        const std::string once = crm::random_token();
        for (const std::string_view other :
             {crm::path::key_reveal, crm::path::key_copy, crm::path::key_generate, crm::path::key_regenerate,
              crm::path::key_suspend, crm::path::key_resume}) {
            const response refused = owner.post(other, {{"once", once}});
            BOOST_TEST(refused.status == 500U, edit << ", " << other);
            BOOST_TEST(has(refused, "The key is damaged"), edit << ", " << other);
        }
        BOOST_TEST(require(keys.list()).items.size() == 1U);
        support::shell{home.file("keys.db")}.run(
            "UPDATE credential SET (scopes, version, tenant, name) = (SELECT scopes, version, tenant, name FROM kept); "
            "DROP TABLE kept");
        BOOST_TEST(!has(owner.get(key_path), "Damaged"), edit);
        BOOST_TEST(opens(text), edit);
    }
}

BOOST_FIXTURE_TEST_CASE(is_revoked_when_damaged_and_then_there_can_be_a_new_one, console_with_key) {
    const std::string text = owner.key();
    const std::string id = require(keys.list()).items.at(0).about.id.to_string();
    BOOST_TEST(owner.post(crm::path::key_revoke, {{"credential", id}}).status == 409U);  // it is not damaged
    BOOST_TEST(opens(text));
    support::shell{home.file("keys.db")}.run("UPDATE credential SET tenant = 'other'");
    const std::string form = between(owner.get(key_path).body, R"(name="credential" value=")", "\"");
    BOOST_TEST(form == id);
    BOOST_TEST(owner.post(crm::path::key_revoke, {{"credential", "x"}}).status == 400U);
    now += 5min;
    const response asks = owner.post(crm::path::key_revoke, {{"credential", id}});
    BOOST_TEST(asks.status == 403U);
    BOOST_TEST(between(asks.body, R"(name="credential" value=")", "\"") == id);
    const response done = owner.post(crm::path::key_revoke, {{"credential", id}, {"password", std::string{password}}});
    BOOST_TEST(done.status == 303U);
    BOOST_TEST(told("revoke") == 1U);
    const response page = owner.get(key_path);
    BOOST_TEST(has(page, "The damaged key is revoked."));
    BOOST_TEST(has(page, "There is no key yet"));
    BOOST_TEST(!has(page, R"(class="badge danger")"));
    BOOST_TEST(owner.generate().status == 303U);
    BOOST_TEST(opens(owner.key()));
    BOOST_TEST(!opens(text));
}

BOOST_FIXTURE_TEST_CASE(stays_in_use_beside_a_damaged_one, console_with_key) {
    const std::string text = owner.key();
    const auto other =
        require(keys.issue({.tenant = "other", .name = "other", .scopes = {"contacts:read"}}, {.actor = "test"}));
    support::shell{home.file("keys.db")}.run("UPDATE credential SET scopes = '*:*' WHERE tenant = 'other'");
    const response page = owner.get(key_path);
    BOOST_TEST(has(page, R"(<span class="badge danger">Damaged</span>)"));
    BOOST_TEST(has(page, R"(<span class="badge ok">Active</span>)"));
    BOOST_TEST(owner.key() == text);
    BOOST_TEST(owner.post(crm::path::key_revoke, {{"credential", other.credential.to_string()}}).status == 303U);
    BOOST_TEST(!has(owner.get(key_path), R"(class="badge danger")"));
    BOOST_TEST(opens(text));
}

BOOST_FIXTURE_TEST_CASE(is_damaged_if_only_its_metadata_was_edited, console_with_key) {
    support::shell{home.file("keys.db")}.run(
        "INSERT INTO credential_metadata SELECT id, 0, 'team', 'theirs' FROM credential");
    const response page = owner.get(key_path);
    BOOST_TEST(has(page, R"(<span class="badge danger">Damaged</span>)"));
    BOOST_TEST(has(page, "unless only metadata was edited"));
    BOOST_TEST(has(page, crm::path::key_revoke));
}

BOOST_FIXTURE_TEST_CASE(is_damaged_and_not_in_the_way_if_its_rows_say_that_it_is_revoked, console_with_key) {
    support::shell{home.file("keys.db")}.run("UPDATE credential SET revoked_at = created_at");
    const response page = owner.get(key_path);
    BOOST_TEST(has(page, R"(<span class="badge danger">Damaged</span>)"));
    BOOST_TEST(has(page, "Its rows say that it is revoked"));
    BOOST_TEST(!has(page, crm::path::key_revoke));
    BOOST_TEST(owner.generate().status == 303U);
    BOOST_TEST(opens(owner.key()));
}

BOOST_FIXTURE_TEST_CASE(is_not_guessed_for_with_a_stolen_session, console_with_key) {
    now += 5min;
    for (unsigned i = 0; i < crm::attempt_limiter::free_attempts; ++i)
        BOOST_TEST(owner.post(crm::path::key_reveal, {{"password", "wrong horse battery"}}).status == 403U);
    const response slowed = owner.post(crm::path::key_reveal, {{"password", std::string{password}}});
    BOOST_TEST(slowed.status == 429U);
    BOOST_TEST(!header(slowed, "Retry-After").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(answers)

BOOST_FIXTURE_TEST_CASE(forbid_the_browser_all_that_the_console_does_not_need, console_with_key) {
    for (const char* where : {"/admin", "/admin/login", "/admin/nowhere", "/admin/audit"}) {
        const response answer = owner.get(where);
        BOOST_TEST(header(answer, "Content-Security-Policy").starts_with("default-src 'none'; style-src 'self'; "));
        BOOST_TEST(header(answer, "Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
        BOOST_TEST(header(answer, "X-Content-Type-Options") == "nosniff");
        BOOST_TEST(header(answer, "Cross-Origin-Opener-Policy") == "same-origin");
        BOOST_TEST(header(answer, "Referrer-Policy") == "same-origin");
        BOOST_TEST(!header(answer, "Permissions-Policy").empty());
        BOOST_TEST(header(answer, "Cache-Control") == "no-store");
    }
}

BOOST_AUTO_TEST_CASE(name_the_store_that_keeps_a_request_waiting) {
    request asked;
    const response page = crm::console::unavailable(asked, "The key store");
    BOOST_TEST(page.status == 503U);
    BOOST_TEST(has(page, "<h1>The key store does not answer</h1>"));
    BOOST_TEST(header(page, "Content-Security-Policy").starts_with("default-src 'none'; "));
    BOOST_TEST(has(crm::console::unavailable(asked, {}), "<h1>The CRM is busy</h1>"));

    asked.headers = {{"Accept", "application/json"}};
    const response told = crm::console::unavailable(asked, "The key store");
    BOOST_TEST(header(told, "Content-Type").starts_with("application/json"));
    BOOST_TEST(between(told.body, R"("message":")", ".") == "The key store does not answer");
}

BOOST_FIXTURE_TEST_CASE(say_which_methods_a_page_takes, open_console) {
    const response answer = owner.get(crm::path::key_reveal);
    BOOST_TEST(answer.status == 405U);
    BOOST_TEST(header(answer, "Allow") == "POST");
    BOOST_TEST(header(owner.send("PUT", "/admin/login", {}, {}), "Allow") == "GET, HEAD, POST");
    BOOST_TEST(owner.send("HEAD", "/admin/login", {}, {}).status == 200U);
    BOOST_TEST(owner.send("HEAD", crm::path::key_reveal, {}, {}).status == 405U);
    BOOST_TEST(owner.get("/admin/nowhere").status == 404U);
    BOOST_TEST(owner.get("/administrator").status == 404U);
}

BOOST_FIXTURE_TEST_CASE(keep_their_assets_for_good_under_a_path_of_their_content, open_console) {
    const response page = owner.get("/admin/login");
    const std::string style = between(page.body, R"(<link rel="stylesheet" href=")", "\"");
    const response answer = owner.get(style);
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(header(answer, "Content-Type") == "text/css; charset=utf-8");
    BOOST_TEST(header(answer, "Cache-Control").find("immutable") != std::string::npos);
    BOOST_TEST(owner.get(style + "x").status == 404U);
    BOOST_TEST(owner.get("/admin/assets/../../etc/passwd").status == 404U);
}

BOOST_FIXTURE_TEST_CASE(bear_any_query_and_any_cookie, console_with_key) {
    const std::string cookie = owner.cookies.at("shearline-console");
    for (const char* query : {"?", "?&&", "?page=0", "?page=-1", "?page=99999999999999999999", "?page=x&q=%00",
                              "?q=%27%22%3Cscript%3E", "?q=a+b"})
        BOOST_TEST(owner.get(std::string{crm::path::contacts} + query).status == 200U);
    for (const char* query : {"?q=%", "?q=%zz", "?q=a&q=b"})
        BOOST_TEST(owner.get(std::string{crm::path::contacts} + query).status == 400U);
    BOOST_TEST(owner.get(std::string{crm::path::audit} + "?after=nonsense").status == 303U);
    owner.cookies.clear();
    for (const char* bad : {"", ";", "=", ";;;===", "shearline-console", "shearline-console=", "shearline-browser=."})
        BOOST_TEST(owner.get("/admin", {{"Cookie", bad}}).status == 303U);
    BOOST_TEST(owner.get("/admin", {{"Cookie", "shearline-console=" + cookie}}).status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

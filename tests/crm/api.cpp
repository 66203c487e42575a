// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <rest/api.hpp>

#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <keys_in.hpp>
#include <sqlite.hpp>

#include <shearline/store/sqlite_store.hpp>

#include "../support/shell.hpp"
#include "../support/temporary_folder.hpp"
#include "printers.hpp"

namespace {

using crm::request;
using crm::response;

/// The REST interface over its own stores, with one key that may read and one that may also write.
struct api_under_test {
    support::temporary_folder home;
    shearline::keyring ring = require(shearline::keyring::create(home.file("keyring")));
    crm::keys_in<shearline::sqlite_store> keys = open_keys();
    crm::contact_store contacts = require(crm::contact_store::open(home.file("crm.db")));
    crm::api api{keys, contacts};
    std::string key = issue({"contacts:read", "contacts:write"});
    std::string reader = issue({"contacts:read"});

    template <typename T>
    static T require(shearline::result<T> outcome) {
        BOOST_REQUIRE_MESSAGE(outcome.operator bool(), (outcome ? std::string{} : outcome.error().message()));
        return *std::move(outcome);
    }

    crm::keys_in<shearline::sqlite_store> open_keys() const {
        auto store = require(shearline::sqlite_store::open(home.file("keys.db")));
        return require(crm::keys_in<shearline::sqlite_store>::open(std::move(store), ring));
    }

    std::string issue(std::vector<std::string> scopes) {
        const auto made =
            require(keys.issue({.tenant = "t", .name = "n", .scopes = std::move(scopes)}, {.actor = "a"}));
        return std::string{made.text.reveal(shearline::unsafe_reveal)};
    }

    response ask(std::string method, const std::string& path, std::string body = {}, crm::header_list more = {}) {
        request asked;
        asked.method = std::move(method);
        asked.target = "/crm/api/v2/" + path;
        asked.body = std::move(body);
        asked.headers = std::move(more);
        asked.headers.emplace_back("Authorization", key);
        if (!asked.body.empty()) asked.headers.emplace_back("Content-Type", "application/json");
        return api.handle(asked);
    }

    crm::contact made(crm::contact asked = {}) { return require(contacts.create(std::move(asked))).contact; }
    crm::contact read(const std::string& uuid) const { return require(contacts.find(uuid)).value(); }
};

std::string header(const response& answer, std::string_view name) {
    for (const auto& [each, value] : answer.headers)
        if (each == name) return value;
    return {};
}

/// The message about the only field that is wrong.
std::string said_of(const response& answer, std::string_view field) {
    BOOST_TEST(answer.status == 422U);
    const boost::json::value body = boost::json::parse(answer.body);
    const auto& errors = body.at("errors").as_array();
    BOOST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(std::string_view{errors[0].at("field").as_string()} == field);
    return std::string{errors[0].at("message").as_string()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api)

BOOST_FIXTURE_TEST_CASE(counts_and_names_the_refusals_of_edited_rows, api_under_test) {
    support::shell{home.file("keys.db")}.run("UPDATE credential SET scopes = 'contacts:*'");
    crm::keys_in<shearline::sqlite_store> after = open_keys();
    crm::api edited{after, contacts};
    request asked;
    asked.method = "GET";
    asked.target = "/crm/api/v2/contacts?page=1&per_page=1";
    for (const std::string& each : {key, reader}) {
        asked.headers = {{"Authorization", each}};
        const response refused = edited.handle(asked);
        BOOST_TEST(refused.status == 401U);
        BOOST_TEST(refused.why == "unproved");
        BOOST_TEST(refused.body.find("prove") == std::string::npos);  // no word of it to the client
    }
    BOOST_TEST(after.count_of(shearline::reason::unproved) == 2U);
}

BOOST_FIXTURE_TEST_CASE(takes_what_is_just_inside_its_bounds_and_no_more, api_under_test) {
    const auto text = [](std::size_t chars, std::string_view each = "\xc3\xa4") {
        std::string made;
        for (std::size_t i = 0; i < chars; ++i) made += each;
        return made;
    };
    const auto create = [&](const std::string& body) { return ask("POST", "contacts", "{" + body + "}"); };
    for (const auto& [field, most] : {std::pair{"first_name", 255U},
                                      {"last_name", 255U},
                                      {"company", 255U},
                                      {"phone", 40U},
                                      {"external_id", 255U}}) {
        const std::string name = "\"" + std::string{field} + R"(":")";
        BOOST_TEST(create(name + text(most) + "\"").status == 201U);
        BOOST_TEST(said_of(create(name + text(most + 1) + "\""), field).find(std::to_string(most)) !=
                   std::string::npos);
    }
    const std::string mail = R"("email":"a@)";
    BOOST_TEST(create(mail + text(252, "b") + "\"").status == 201U);
    (void)said_of(create(mail + text(253, "b") + "\""), "email");
    const std::string value = R"("metadata":{"a":")";
    BOOST_TEST(create(value + text(1'000, "b") + "\"}").status == 201U);
    (void)said_of(create(value + text(1'001, "b") + "\"}"), "metadata.a");
    BOOST_TEST(create(R"("metadata":{")" + text(64, "b") + R"(":1})").status == 201U);
    (void)said_of(create(R"("metadata":{")" + text(65, "b") + R"(":1})"), "metadata");
    (void)said_of(create(R"("metadata":{"":1})"), "metadata");
}

BOOST_FIXTURE_TEST_CASE(refuses_control_characters_of_any_kind, api_under_test) {
    for (const std::string_view control : {R"(\u0000)", R"(\n)", R"(\u001f)", "\x7f", "\xc2\x80", R"(\u009f)"})
        (void)said_of(ask("POST", "contacts", R"({"phone":"1)" + std::string{control} + R"("})"), "phone");
    for (const std::string_view text : {"\xc2\xa0", "\xc3\x80", "\xe2\x80\x89"})  // these are none
        BOOST_TEST(ask("POST", "contacts", R"({"phone":"1)" + std::string{text} + R"("})").status == 201U);
    for (const std::string_view control : {R"(\u0000)", R"(\n)", R"(\u001f)", "\x7f", "\xc2\x80", R"(\u009f)"}) {
        (void)said_of(ask("POST", "contacts", R"({"metadata":{"a":"1)" + std::string{control} + R"("}})"),
                      "metadata.a");
        (void)said_of(ask("POST", "contacts", R"({"metadata":{"a)" + std::string{control} + R"(":1}})"), "metadata");
    }
}

BOOST_FIXTURE_TEST_CASE(refuses_numbers_that_it_could_not_give_back, api_under_test) {
    const response refused = ask("POST", "contacts", R"({"metadata":{"n":1e999}})");
    BOOST_TEST(refused.status == 400U);
    BOOST_TEST(boost::json::parse(refused.body).at("offset").as_int64() == 22);
    const response kept = ask("POST", "contacts", R"({"metadata":{"n":18446744073709551615,"m":-1.5}})");
    BOOST_TEST(kept.status == 201U);
    BOOST_TEST(boost::json::parse(kept.body).at("metadata").at("n").as_uint64() == 18446744073709551615U);
}

BOOST_FIXTURE_TEST_CASE(names_every_field_that_is_wrong, api_under_test) {
    const response answer =
        ask("POST", "contacts", R"({"email":"x","phone":7,"uuid":"u","nickname":null,"metadata":{"a":[]}})");
    BOOST_TEST(answer.status == 422U);
    BOOST_TEST(boost::json::parse(answer.body).at("errors").as_array().size() == 5U);
    BOOST_TEST(require(contacts.count()) == 0U);
}

BOOST_FIXTURE_TEST_CASE(leaves_alone_what_a_patch_does_not_name, api_under_test) {
    const crm::contact first = made({.external_id = "e", .first_name = "f", .phone = "1", .metadata = R"({"a":1})"});
    const response answer = ask("PATCH", "contacts/" + first.uuid, R"({"phone":null})");
    BOOST_TEST(answer.status == 200U);
    crm::contact expected = first;
    expected.phone.clear();
    const crm::contact now = read(first.uuid);
    expected.revision = 2;
    expected.updated_at = now.updated_at;
    BOOST_TEST(now == expected);
    BOOST_TEST(ask("PATCH", "contacts/" + first.uuid, R"({"first_name":"f"})").status == 200U);
    BOOST_TEST(read(first.uuid) == now);  // nothing changed, and its tag neither
}

BOOST_FIXTURE_TEST_CASE(joins_the_fields_of_a_precondition_to_one_list, api_under_test) {
    const crm::contact first = made();
    const std::string path = "contacts/" + first.uuid;
    const auto patch = [&](crm::header_list conditions) {
        return ask("PATCH", path, R"({"phone":"2"})", std::move(conditions)).status;
    };
    BOOST_TEST(patch({{"If-Match", "\"8\""}, {"If-Match", "\"9\""}}) == 412U);
    BOOST_TEST(patch({{"If-Match", "W/\"1\""}}) == 412U);
    BOOST_TEST(patch({{"If-Match", ""}}) == 412U);
    BOOST_TEST(read(first.uuid).revision == 1U);
    BOOST_TEST(patch({{"If-Match", "\"8\""}, {"if-match", "\"1\""}}) == 200U);
    BOOST_TEST(ask("DELETE", path, {}, {{"If-Match", "\"1\""}}).status == 412U);
    BOOST_TEST(ask("DELETE", path, {}, {{"If-Match", "*"}}).status == 204U);
}

BOOST_FIXTURE_TEST_CASE(tells_what_is_allowed_to_any_key_and_nothing_to_a_stranger, api_under_test) {
    const std::string path = "contacts/" + made().uuid;
    const std::string full = key;
    for (const std::string& presented : {full, reader}) {
        key = presented;
        BOOST_TEST(ask("PATCH", path + "/archive").status == 405U);
        BOOST_TEST(header(ask("PATCH", path + "/archive"), "Allow") == "POST");
        BOOST_TEST(ask("BREW", path).status == 405U);
        BOOST_TEST(ask("GET", "nothing").status == 404U);
    }
    BOOST_TEST(ask("POST", path + "/archive").status == 403U);  // the reader's
    key.back() = key.back() == 'a' ? 'b' : 'a';
    for (const char* method : {"GET", "PATCH", "BREW"})
        for (const std::string& at : {path, path + "/archive", std::string{"nothing"}}) {
            BOOST_TEST(ask(method, at).status == 401U);
            BOOST_TEST(header(ask(method, at), "Allow").empty());
        }
}

BOOST_FIXTURE_TEST_CASE(says_that_it_is_unavailable_and_not_why_when_its_store_fails, api_under_test) {
    const std::string path = "contacts/" + made().uuid;
    BOOST_TEST(ask("GET", path).status == 200U);
    common::database{home.file("crm.db"), SQLITE_OPEN_READWRITE}.run("DROP TABLE contact");
    for (const response& answer :
         {ask("GET", path), ask("GET", "contacts?page=1&per_page=1"), ask("POST", "contacts", "{}"),
          ask("DELETE", path), ask("POST", path + "/archive")}) {
        BOOST_TEST(answer.status == 503U);
        BOOST_TEST(header(answer, "Retry-After") == "1");
        BOOST_TEST(answer.body.find("crm.db") == std::string::npos);
        BOOST_TEST(answer.body.find("no such table") == std::string::npos);
    }
}

BOOST_FIXTURE_TEST_CASE(answers_in_json_whatever_bytes_a_query_has, api_under_test) {
    const response answer = ask("GET", "contacts?pag\x8e=1");
    BOOST_TEST(answer.status == 400U);
    BOOST_TEST(boost::json::parse(answer.body).is_object());
    BOOST_TEST(ask("GET", "contacts?pag%8e=1").status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

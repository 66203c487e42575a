// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/http/guard.hpp>

#include <shearline/authority.hpp>
#include <shearline/verifier.hpp>

#include "../support/must.hpp"
#include "../support/world.hpp"
#include "support.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace shearline;

/// Gives the same answer to every key, and notes what it was asked.
struct fixed_answer {
    using format = instance;

    verdict verify(std::string_view text, required_scope scope) {
        asked = text;
        asked_scope = scope.text();
        ++calls;
        if (why) return *why;
        return grant{credential_id::from_random({}), std::make_shared<const grant_profile>(grant_profile{"acme", {}}),
                     handle{1}, grant::not_retiring, false};
    }

    std::optional<reason> why{};
    std::string asked{};
    std::string asked_scope{};
    int calls = 0;
};

/// A request and a response of somebody's HTTP library.
struct own_request {
    std::string where = "/contacts";
    std::vector<std::pair<std::string, std::string>> lines{};
};
struct own_response {
    unsigned code = 0;
    std::string text{};
};

std::optional<std::string> field_of(const refusal& refused, std::string_view name) {
    std::optional<std::string> found;
    for (const response_field& field : refused.fields) {
        if (field.name != name) continue;
        BOOST_TEST(!found.has_value(), name << " is there twice");
        found = field.value;
    }
    return found;
}

std::vector<header_field> bearer(std::string_view value) { return {{"Authorization", value}}; }

refusal refused_for(reason why, required_scope scope = any_scope) {
    fixed_answer keys{.why = why};
    auto answer = request_guard{keys, "crm"}.check(bearer(key()), "/contacts", scope);
    BOOST_REQUIRE(!answer);
    return std::move(answer).error();
}

}  // namespace

template <>
struct shearline::request_traits<own_request> {
    static std::string_view target(const own_request& request) { return request.where; }
    static void each_field(const own_request& request, auto&& take) {
        for (const auto& [name, value] : request.lines) take(name, value);
    }
    static void refuse(const own_request&, own_response& response, const refusal& refused) {
        response = {refused.status, refused.body};
    }
};

BOOST_AUTO_TEST_SUITE(a_request_guard)

BOOST_AUTO_TEST_CASE(gives_the_grant_of_the_one_credential_for_the_scope_of_the_route) {
    fixed_answer keys;
    const request_guard guard{keys, "crm"};
    const std::vector<header_field> fields{{"Host", "crm.example"}, {"authorization", "Bearer abc"}};
    const auto granted = guard.check(fields, "/contacts?page=2", scope<"contacts:read">);
    BOOST_REQUIRE(granted);
    BOOST_TEST(granted->tenant() == "acme");
    BOOST_TEST(keys.asked == "abc");
    BOOST_TEST(keys.asked_scope == "contacts:read");
}

BOOST_AUTO_TEST_CASE(refuses_each_denial_by_its_face_alone) {
    for (const reason_row& row : reason_table) {
        const refusal refused = refused_for(row.why, scope<"contacts:write">);
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(refused.status == status_of(row.face));
            BOOST_TEST(refused.body == to_json(problem_of(row.face)));
            BOOST_TEST(field_of(refused, "Content-Type").value_or("") == "application/problem+json");
            BOOST_TEST(field_of(refused, "Cache-Control").value_or("") == "no-store");
            BOOST_TEST(field_of(refused, "WWW-Authenticate").value_or("") ==
                       challenge("crm", denial{row.why}, "contacts:write"));
            BOOST_TEST(field_of(refused, "WWW-Authenticate").has_value() ==
                       (row.face == face::invalid_key || row.face == face::not_allowed));
            BOOST_TEST(field_of(refused, "Retry-After").has_value() == (row.face == face::unavailable));
            for (const response_field& field : refused.fields)
                BOOST_TEST(field.value.find(row.name) == std::string::npos);
            BOOST_TEST(refused.why.starts_with(row.name));
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_carries_no_readable_credential_without_asking) {
    struct {
        std::vector<header_field> fields;
        std::string_view target;
        credential_errc code;
        std::string_view why;
    } const requests[] = {
        {{}, "/", credential_errc::missing, "the request carries no API key (Authorization)"},
        {{{"Authorization", key()}, {"X-API-Key", key()}},
         "/",
         credential_errc::repeated,
         "the request carries more than one credential (X-API-Key)"},
        {{{"X-API-Key", "abc\xe2\x80\x9c"}},
         "/",
         credential_errc::malformed,
         "the credential is malformed (X-API-Key): character 226 at 3"},
        {bearer("Bearer  a b"), "/", credential_errc::malformed,
         "the credential is malformed (Authorization): character 32 at 9"},
        {bearer(""), "/", credential_errc::malformed, "the credential is malformed (Authorization)"},
        {bearer("Basic dTpw"), "/", credential_errc::unsupported_scheme,
         "the authorization scheme is not supported (Authorization)"},
        {bearer(key()), "/contacts?api_key=1", credential_errc::in_url,
         "the key is in the URL: treat it as leaked, and send it in a header (request target)"},
    };
    fixed_answer keys;
    const request_guard guard{keys, "crm"};
    for (const auto& each : requests) {
        const auto answer = guard.check(each.fields, each.target, any_scope);
        BOOST_REQUIRE(!answer);
        const refusal& refused = answer.error();
        const credential_error wrong{each.code, ""};
        BOOST_TEST_CONTEXT(to_string(each.code)) {
            BOOST_TEST(refused.status == wrong.status());
            BOOST_TEST(refused.body == to_json(problem_of(wrong)));
            BOOST_TEST(field_of(refused, "WWW-Authenticate").value_or("") == challenge("crm", wrong));
            BOOST_TEST(!field_of(refused, "Retry-After").has_value());
            BOOST_TEST(refused.why == each.why);
        }
    }
    BOOST_TEST(keys.calls == 0);
}

BOOST_AUTO_TEST_CASE(says_to_the_log_where_a_text_stops_being_a_key_and_no_part_of_it) {
    fixed_answer keys{.why = reason::malformed};
    const request_guard guard{keys, "crm"};
    const std::string cut = key().substr(0, 40);
    const auto answer = guard.check(bearer(cut), "/", any_scope);
    BOOST_REQUIRE(!answer);
    const refusal& refused = answer.error();
    BOOST_TEST(refused.why == "malformed: wrong length at 58");
    for (std::string_view part = cut; part.size() >= 8; part.remove_prefix(1)) {
        BOOST_TEST(refused.why.find(part.substr(0, 8)) == std::string::npos);
        BOOST_TEST(refused.body.find(part.substr(0, 8)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(ignores_another_scheme_beside_a_key_where_that_is_asked_for) {
    fixed_answer keys;
    const std::vector<header_field> both{{"Authorization", "Basic dTpw"}, {"X-API-Key", key()}};
    const request_guard strict{keys, "crm"};
    const request_guard behind_proxy{keys, "crm", other_schemes::ignore};
    BOOST_TEST(!strict.check(both, "/", any_scope));
    BOOST_TEST(bool{behind_proxy.check(both, "/", any_scope)});
}

BOOST_AUTO_TEST_CASE(reads_the_requests_of_a_library_by_three_functions_and_fills_its_responses) {
    fixed_answer keys;
    const request_guard guard{keys, "crm"};
    own_response response;
    BOOST_TEST(bool{guard.check(own_request{"/", {{"X-API-Key", key()}}}, response, any_scope)});
    BOOST_TEST(response.code == 0U);  // left alone where the request is granted

    const auto refused =
        guard.check(own_request{"/", {{"X-API-Key", key()}, {"x-api-key", key()}}}, response, any_scope);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(response.code == 400U);
    BOOST_TEST(response.text == refused.error().body);
    BOOST_TEST(!guard.check(own_request{"/?token=1", {{"X-API-Key", key()}}}, response, any_scope));
}

BOOST_AUTO_TEST_CASE(asks_an_authority_or_a_verifier) {
    support::world<memory_store> of;
    auto keys = of.open<support::shown_once>();
    auto copy = support::must(verifier<support::shown_once, memory_store>::open(of.opened.store, of.ring));
    const request_context by{.actor = "test"};
    const auto issued = support::must(keys.issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:read"}}, by));
    const std::string text{std::string_view{issued.text.reveal(unsafe_reveal)}};

    const auto status_from = [&](auto& asked, required_scope needed) {
        const auto answer = request_guard{asked, "crm"}.check(bearer("Bearer " + text), "/contacts", needed);
        return answer ? 200U : answer.error().status;
    };
    BOOST_TEST(status_from(keys, scope<"contacts:read">) == 200U);
    BOOST_TEST(status_from(copy, scope<"contacts:read">) == 200U);
    BOOST_TEST(status_from(keys, scope<"contacts:write">) == 403U);
    BOOST_TEST(status_from(copy, scope<"contacts:write">) == 403U);
    BOOST_REQUIRE(keys.revoke(issued.credential, by));
    BOOST_TEST(status_from(keys, any_scope) == 401U);
    BOOST_TEST(status_from(copy, any_scope) == 401U);
}

BOOST_AUTO_TEST_SUITE_END()

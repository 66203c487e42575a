// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Each limit of a request: the last value allowed, and the first one refused.
#include <shearline/authority/requests.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "../support/printers.hpp"

namespace {

using namespace shearline;

new_credential good() { return {.tenant = "acme", .name = "sync", .scopes = {"contacts:read"}}; }

void takes(const std::function<void(new_credential&)>& change) {
    new_credential asked = good();
    change(asked);
    const auto checked = detail::check(asked);
    BOOST_TEST(static_cast<bool>(checked), (checked ? std::string{} : checked.error().message()));
}
void refuses(std::string_view part, const std::function<void(new_credential&)>& change) {
    new_credential asked = good();
    change(asked);
    const auto checked = detail::check(asked);
    BOOST_REQUIRE(!checked);
    BOOST_TEST(checked.error().code() == errc::invalid_argument);
    BOOST_TEST(checked.error().context().starts_with(part), checked.error().message());
}
void takes_context(const std::function<void(request_context&)>& change) {
    request_context by{.actor = "admin"};
    change(by);
    const auto checked = detail::check(by);
    BOOST_TEST(static_cast<bool>(checked), (checked ? std::string{} : checked.error().message()));
}
void refuses_context(std::string_view part, const std::function<void(request_context&)>& change) {
    request_context by{.actor = "admin"};
    change(by);
    const auto checked = detail::check(by);
    BOOST_REQUIRE(!checked);
    BOOST_TEST(checked.error().code() == errc::invalid_argument);
    BOOST_TEST(checked.error().context().starts_with(part), checked.error().message());
}

const timestamp noon = from_unix_ms(1'736'942'400'000);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_request)

BOOST_AUTO_TEST_CASE(for_a_credential_keeps_to_its_limits) {
    for (auto member : {&new_credential::tenant, &new_credential::name}) {
        const std::string_view part = member == &new_credential::tenant ? "tenant" : "name";
        takes([&](auto& asked) { asked.*member = std::string(255, 'x'); });
        takes([&](auto& asked) { asked.*member = "Zoë \xff"; });
        for (const std::string& wrong :
             {std::string{}, std::string(256, 'x'), std::string{"a\x1f"}, std::string{"a\x7f"}, std::string{"\0", 1}})
            refuses(part, [&](auto& asked) { asked.*member = wrong; });
    }
    takes([](auto& asked) { asked.scopes.clear(); });
    takes([](auto& asked) { asked.scopes = {"*:*", "a-b.c_9:*", std::string(126, 'a') + ":b"}; });
    for (const std::string& wrong : {std::string{}, std::string{"a"}, std::string{"a:"}, std::string{":b"},
                                     std::string{"A:b"}, std::string{"a:b:c"}, std::string{"a b:c"},
                                     std::string{"a/b:c"}, std::string{"{:c"}, std::string(127, 'a') + ":b"})
        refuses("each scope", [&](auto& asked) { asked.scopes = {"x:y", wrong}; });
    refuses("each scope", [](auto& asked) { asked.scopes = {"a:b", "c:d", "a:b"}; });
    const auto many = [](auto& asked, int count) {
        asked.scopes.clear();
        for (int i = 0; i < count; ++i) asked.scopes.push_back("a:" + std::to_string(i));
    };
    takes([&](auto& asked) { many(asked, 64); });
    refuses("scopes", [&](auto& asked) { many(asked, 65); });
}

BOOST_AUTO_TEST_CASE(for_a_credential_keeps_its_metadata_and_times_to_theirs) {
    takes([](auto& asked) { asked.metadata = {{std::string(255, 'n'), std::string(1'000, 'v')}, {"b", "\n"}}; });
    refuses("metadata", [](auto& asked) { asked.metadata = {{"", "v"}}; });
    refuses("metadata", [](auto& asked) { asked.metadata = {{std::string(256, 'n'), "v"}}; });
    refuses("metadata", [](auto& asked) { asked.metadata = {{"a\n", "v"}}; });
    refuses("metadata", [](auto& asked) { asked.metadata = {{"a", std::string(1'001, 'v')}}; });
    const auto many = [](auto& asked, int count) {
        for (int i = 0; i < count; ++i) asked.metadata.emplace_back("n" + std::to_string(i), "v");
    };
    takes([&](auto& asked) { many(asked, 64); });
    refuses("metadata", [&](auto& asked) { many(asked, 65); });

    using namespace std::chrono_literals;
    takes([](auto& asked) { asked.not_before = noon; });
    takes([](auto& asked) { asked.expires_at = noon; });
    takes([](auto& asked) { asked.not_before = noon, asked.expires_at = noon + 1ms; });
    refuses("expires_at", [](auto& asked) { asked.not_before = noon, asked.expires_at = noon; });
}

BOOST_AUTO_TEST_CASE(says_who_makes_it_within_limits) {
    takes_context([](auto& by) { by.actor = std::string(255, 'a'); });
    refuses_context("actor", [](auto& by) { by.actor.clear(); });
    refuses_context("actor", [](auto& by) { by.actor = std::string(256, 'a'); });
    refuses_context("actor", [](auto& by) { by.actor = "a\r"; });
    takes_context([](auto& by) { by.source_address = std::string(255, '1'); });
    refuses_context("source_address", [](auto& by) { by.source_address = std::string(256, '1'); });
    refuses_context("source_address", [](auto& by) { by.source_address = "\x7f"; });
    takes_context([](auto& by) { by.reason = std::string(1'000, 'r'); });
    refuses_context("reason", [](auto& by) { by.reason = std::string(1'001, 'r'); });
    for (const std::string& good : {std::string{}, std::string(22, '!'), std::string(255, '~')})
        takes_context([&](auto& by) { by.idempotency_token = good; });
    for (const std::string& wrong : {std::string(21, 'a'), std::string(256, 'a'), std::string(22, ' '),
                                     std::string(22, '\x7f'), std::string(22, '\xc3')})
        refuses_context("idempotency_token", [&](auto& by) { by.idempotency_token = wrong; });
}

BOOST_AUTO_TEST_CASE(for_a_list_names_a_tenant_or_all) {
    BOOST_TEST(static_cast<bool>(detail::check(tenant_filter{all_tenants})));
    BOOST_TEST(static_cast<bool>(detail::check(tenant_filter{"acme"})));
    BOOST_TEST(!detail::check(tenant_filter{""}));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rules/scope.hpp>
#include <shearline/rules/text_or.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <type_traits>

using namespace shearline;

static_assert(!std::is_default_constructible_v<required_scope>);
static_assert(!std::is_constructible_v<required_scope, std::nullptr_t>);
static_assert(!std::is_constructible_v<required_scope, all_tenants_t>);  // each has its own name for any
static_assert(required_scope{any_scope}.is_any());
static_assert(scope<"contacts:write">.text() == "contacts:write" && scope<"*:*">.text() == "*:*");
static_assert(std::is_same_v<decltype(scope<"a:b">), const required_scope>);

BOOST_AUTO_TEST_SUITE(a_text_or_any)

BOOST_AUTO_TEST_CASE(is_any_only_by_name) {
    BOOST_TEST(required_scope{any_scope}.is_any());
    BOOST_TEST(required_scope{any_scope}.text().empty());
    const std::string held = "contacts:read";
    for (const required_scope one : {required_scope{"contacts:read"}, required_scope{held}}) {
        BOOST_TEST(!one.is_any());
        BOOST_TEST(one.text() == "contacts:read");
    }
}

BOOST_AUTO_TEST_CASE(is_not_any_where_the_text_is_empty) {
    for (const required_scope one :
         {required_scope{""}, required_scope{std::string{}}, required_scope{std::string_view{}}}) {
        BOOST_TEST(!one.is_any());
        BOOST_TEST(one.text().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

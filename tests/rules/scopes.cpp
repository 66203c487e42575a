// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rules/scopes.hpp>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_scope)

BOOST_AUTO_TEST_CASE(is_two_names_around_a_colon) {
    for (const std::string_view good : {"contacts:read", "a:b", "*:*", "*:read", "contacts:*", "a.b-c_9:d"})
        BOOST_TEST(is_scope(good), good);
    for (const std::string_view bad : {"", ":", "a:", ":b", "a", "a:b:c", "A:b", "a b:c", "a:*x", "**:a", "a:**", "ä:b",
                                       "contacts:read\n", " contacts:read"})
        BOOST_TEST(!is_scope(bad), bad);
    BOOST_TEST(is_scope("a:" + std::string(126, 'b')));
    BOOST_TEST(!is_scope("a:" + std::string(127, 'b')));
}

BOOST_AUTO_TEST_CASE(covers_itself_and_what_its_stars_stand_for) {
    struct row {
        std::string_view held, required;
        bool covered;
    };
    for (const row& r :
         {row{"contacts:read", "contacts:read", true}, row{"contacts:read", "contacts:write", false},
          row{"contacts:read", "contact:read", false}, row{"contact:read", "contacts:read", false},
          row{"contacts:*", "contacts:write", true}, row{"contacts:*", "deals:write", false},
          row{"*:read", "deals:read", true}, row{"*:read", "deals:write", false}, row{"*:*", "deals:write", true},
          row{"contacts:read", "contacts:*", false}, row{"contacts:*", "contacts:*", true},
          row{"contacts:read", "*:read", false}, row{"*:*", "no scope", false}, row{"no scope", "no scope", false}})
        BOOST_TEST(scope_covers(r.held, r.required) == r.covered, r.held << " for " << r.required);
    const std::vector<std::string> held{"contacts:read", "deals:*"};
    BOOST_TEST(scopes_cover(held, "deals:write"));
    BOOST_TEST(!scopes_cover(held, "contacts:write"));
    BOOST_TEST(!scopes_cover(std::vector<std::string>{}, "contacts:read"));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/verdict.hpp>

#include <boost/test/unit_test.hpp>
#include <set>
#include <string_view>

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_denial)

BOOST_AUTO_TEST_CASE(shows_a_stranger_nothing_but_invalid_key_or_unavailable) {
    for (const reason why : {reason::malformed, reason::wrong_checksum, reason::unknown_handle, reason::wrong_secret,
                             reason::wrong_hash, reason::pepper_dropped})
        BOOST_TEST(denial{why}.status() == 401U);
    BOOST_TEST(denial{reason::store_unavailable}.status() == 503U);
}

BOOST_AUTO_TEST_CASE(has_the_status_of_its_face) {
    for (const reason why : {reason::pending, reason::revoked, reason::grace_over, reason::expired})
        BOOST_TEST(denial{why}.status() == 401U);
    for (const reason why : {reason::not_yet_valid, reason::suspended, reason::missing_scope})
        BOOST_TEST(denial{why}.status() == 403U);
    BOOST_TEST(status_of(face::limited) == 429U);
}

BOOST_AUTO_TEST_CASE(has_a_name_of_its_own_for_the_log) {
    std::set<std::string_view> names;
    for (const reason_row& row : reason_table) BOOST_TEST(names.insert(row.name).second);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What is not there is not read: the process ends instead.
#include <string>

#include <boost/test/unit_test.hpp>

#include <shearline/result.hpp>
#include <shearline/verdict.hpp>

#include "../support/in_child.hpp"

using namespace shearline;
using support::aborts;

BOOST_AUTO_TEST_SUITE(an_outcome)

BOOST_AUTO_TEST_CASE(gives_what_it_holds) {
    const result<int> good{7};
    BOOST_TEST((good && *good == 7));
    const result<int> bad{error{errc::conflict, "taken"}};
    BOOST_TEST((!bad && bad.error().code() == errc::conflict));
    const result<void> done;
    BOOST_TEST(static_cast<bool>(done));
    const result<void> failed{error{errc::conflict, "taken"}};
    BOOST_TEST((!failed && failed.error().code() == errc::conflict));
}

BOOST_AUTO_TEST_CASE(ends_the_process_where_the_other_is_asked_for) {
    BOOST_TEST(!aborts([] { (void)*result<int>{7}; }));
    BOOST_TEST(aborts([] { (void)*result<int>{error{errc::conflict, "taken"}}; }));
    BOOST_TEST(aborts([] { (void)result<int>{7}.error(); }));
    BOOST_TEST(!aborts([] { (void)result<void>{error{errc::conflict, "taken"}}.error(); }));
    BOOST_TEST(aborts([] { (void)result<void>{}.error(); }));
}

BOOST_AUTO_TEST_CASE(of_a_verification_is_no_grant_where_it_denies) {
    BOOST_TEST(!aborts([] { (void)verdict{reason::revoked}.denial(); }));
    BOOST_TEST(aborts([] { (void)verdict{reason::revoked}.grant(); }));
}

BOOST_AUTO_TEST_CASE(of_two_format_errors_differs_in_what_is_wrong_or_where) {
    const format_error one{format_errc::bad_character, 7};
    BOOST_TEST((one == format_error{format_errc::bad_character, 7}));
    BOOST_TEST((one != format_error{format_errc::bad_character, 8}));
    BOOST_TEST((one != format_error{format_errc::out_of_range, 7}));
}

BOOST_AUTO_TEST_SUITE_END()

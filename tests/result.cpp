// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What is not there is not read: the process ends instead.
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <shearline/result.hpp>
#include <shearline/verdict.hpp>

#include "support/in_child.hpp"
#include "support/key_text_printers.hpp"

using namespace shearline;
using support::aborts;

BOOST_AUTO_TEST_SUITE(an_outcome)

BOOST_AUTO_TEST_CASE(gives_what_it_holds) {
    const result<int> good{7};
    BOOST_REQUIRE(static_cast<bool>(good));
    BOOST_TEST(*good == 7);
    const result<int> bad{error{errc::conflict, "taken"}};
    BOOST_REQUIRE(!bad);
    BOOST_TEST(bad.error().code() == errc::conflict);
    const result<void> done;
    BOOST_TEST(static_cast<bool>(done));
    const result<void> failed{error{errc::conflict, "taken"}};
    BOOST_REQUIRE(!failed);
    BOOST_TEST(failed.error().code() == errc::conflict);
}

BOOST_AUTO_TEST_CASE(that_is_a_temporary_gives_values_of_its_own) {
    const auto text = [] { return result<std::string>{std::string(100, 'a')}; };
    const auto failed = [] { return result<std::string>{error{errc::conflict, std::string(100, 'b')}}; };
    const auto& kept = *text();  // would dangle if `*` gave a reference
    static_assert(std::is_same_v<decltype(*text()), std::string>);
    static_assert(std::is_same_v<decltype(failed().error()), error>);
    static_assert(std::is_same_v<decltype(failed().error().context()), std::string>);
    const auto& context = failed().error().context();
    BOOST_TEST(kept == std::string(100, 'a'));
    BOOST_TEST(context == std::string(100, 'b'));
    static_assert(std::is_same_v<decltype(verdict{reason::revoked}.grant()), grant>);
    static_assert(std::is_same_v<decltype(verdict{reason::revoked}.denial()), denial>);
}

BOOST_AUTO_TEST_CASE(moves_its_value_out_once_it_is_given_away) {
    result<std::unique_ptr<int>> holder{std::make_unique<int>(7)};
    const std::unique_ptr<int> taken = *std::move(holder);
    BOOST_TEST(*taken == 7);
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
    BOOST_TEST(one == (format_error{format_errc::bad_character, 7}));
    BOOST_TEST(one != (format_error{format_errc::bad_character, 8}));
    BOOST_TEST(one != (format_error{format_errc::out_of_range, 7}));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every enumerator that logs and answers print has a distinct name; a value without an enumerator is "unknown".
#include <set>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include <shearline/credential/record.hpp>
#include <shearline/error.hpp>
#include <shearline/format/grammar.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/keyring/file.hpp>
#include <shearline/verdict.hpp>

#include "support/printers.hpp"

using namespace shearline;

namespace {

template <typename Enum>
std::string_view name_of(int number) {
    using shearline::to_string;
    volatile int at_run_time = number;
    return to_string(static_cast<Enum>(at_run_time));
}

/// The names from `first` to `last` are distinct; the value after `last` has none.
template <typename Enum>
void check_names(Enum first, Enum last) {
    std::set<std::string_view> names;
    const int begin = static_cast<int>(first);
    const int end = static_cast<int>(last);
    for (int number = begin; number <= end; ++number) {
        BOOST_TEST(name_of<Enum>(number) != "unknown");
        BOOST_TEST(names.insert(name_of<Enum>(number)).second, "a name twice: " << name_of<Enum>(number));
    }
    BOOST_TEST(name_of<Enum>(end + 1) == "unknown");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(are_told_apart) {
    check_names(format_errc::wrong_prefix, format_errc::wrong_checksum);
    check_names(errc::invalid_argument, errc::in_doubt);
    check_names(key_state::pending, key_state::revoked);
    check_names(key_standing::revoked, key_standing::active);
    check_names(reason::malformed, reason::missing_scope);
    check_names(credential_errc::missing, credential_errc::unsupported_scheme);
}

BOOST_AUTO_TEST_CASE(of_what_has_two_values_are_two) {
    BOOST_TEST(name_of<key_kind>(static_cast<int>(key_kind::pepper)) !=
               name_of<key_kind>(static_cast<int>(key_kind::sealing)));
    BOOST_TEST(name_of<environment>(0) == "live");
    BOOST_TEST(name_of<environment>(1) == "test");
}

BOOST_AUTO_TEST_CASE(of_an_error_stand_before_its_words) {
    BOOST_TEST((error{errc::corrupt, "row 7"}).message() == "corrupt: row 7");
}

BOOST_AUTO_TEST_CASE(of_errors_have_the_status_that_a_server_answers_with) {
    BOOST_TEST(status_of(errc::invalid_argument) == 400U);
    BOOST_TEST(status_of(errc::not_found) == 404U);
    for (const errc one : {errc::conflict, errc::illegal_state, errc::not_recoverable})
        BOOST_TEST(status_of(one) == 409U);
    for (const errc one : {errc::unavailable, errc::deadline_exceeded}) BOOST_TEST(status_of(one) == 503U);
    for (const errc one : {errc::permission_denied, errc::wrong_keyring, errc::wrong_hash, errc::corrupt,
                           errc::wrong_version, errc::rolled_back, errc::in_doubt})
        BOOST_TEST(status_of(one) == 500U);
    volatile int nothing = 99;
    BOOST_TEST(status_of(static_cast<errc>(nothing + 0)) == 500U);
}

BOOST_AUTO_TEST_CASE(that_stand_for_nothing_open_nothing) {
    // A standing or a face that is not in the table is treated as the most severe one.
    volatile int nothing = 99;
    BOOST_TEST(refusal_of(static_cast<key_standing>(nothing + 0)) == reason::revoked);
    BOOST_TEST(status_of(static_cast<face>(nothing + 0)) == 503U);
    BOOST_TEST(refusal_of(key_standing::pending) == reason::pending);
    BOOST_TEST(!may_move(static_cast<key_state>(nothing + 0), key_state::active));
    for (int number = 1; number <= static_cast<int>(reason::missing_scope); ++number)
        BOOST_TEST(denial{static_cast<reason>(number)}.status() >= 401U);
    BOOST_TEST(status_of(face::limited) == 429U);
}

BOOST_AUTO_TEST_SUITE_END()

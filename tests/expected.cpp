// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Conversions between a result and a std::expected keep the value or the error, in both directions.
#include <expected>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include <shearline/error.hpp>
#include <shearline/expected.hpp>

using namespace shearline;

BOOST_AUTO_TEST_SUITE(a_std_expected)

BOOST_AUTO_TEST_CASE(has_what_the_result_had) {
    static_assert(*to_expected(result<int, std::nullptr_t>{7}) == 7);
    BOOST_TEST(**to_expected(result<std::unique_ptr<int>>{std::make_unique<int>(7)}) == 7);
    const auto failed = to_expected(result<int>{error{errc::conflict, "taken"}});
    BOOST_REQUIRE(!failed.has_value());
    BOOST_TEST(failed.error().context() == "taken");
    BOOST_TEST(to_expected(result<void>{}).has_value());
    BOOST_TEST(!to_expected(result<void>{error{errc::conflict, "taken"}}).has_value());
    BOOST_TEST(to_expected(result<int, int>{unexpected<int>{7}}).error() == 7);
}

BOOST_AUTO_TEST_CASE(gives_what_it_has_to_a_result) {
    static_assert(*from_expected(std::expected<int, std::nullptr_t>{7}) == 7);
    BOOST_TEST(**from_expected(std::expected<std::unique_ptr<int>, error>{std::make_unique<int>(7)}) == 7);
    const auto failed = from_expected(std::expected<int, error>{std::unexpected{error{errc::conflict, "taken"}}});
    BOOST_REQUIRE(!failed.has_value());
    BOOST_TEST(failed.error().context() == "taken");
    BOOST_TEST(from_expected(std::expected<void, error>{}).has_value());
    BOOST_TEST(from_expected(std::expected<int, int>{std::unexpected{7}}).error() == 7);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/version.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <type_traits>

#include <shearline/error.hpp>

#if SHEARLINE_VERSION < SHEARLINE_VERSION_MAJOR * 1'000'000
#error "a version cannot be compared as a number"
#endif

#define NAMESPACE_OF(major, minor) shearline::v##major##_##minor
#define CURRENT_NAMESPACE(major, minor) NAMESPACE_OF(major, minor)
static_assert(
    std::is_same_v<CURRENT_NAMESPACE(SHEARLINE_VERSION_MAJOR, SHEARLINE_VERSION_MINOR)::error, shearline::error>);

BOOST_AUTO_TEST_SUITE(the_version)

BOOST_AUTO_TEST_CASE(is_the_same_as_text_and_as_a_number) {
    const int number = SHEARLINE_VERSION;
    const std::string text = std::to_string(number / 1'000'000) + '.' + std::to_string(number / 1'000 % 1'000) + '.' +
                             std::to_string(number % 1'000);
    BOOST_TEST(text == shearline::version);
    BOOST_TEST(text == SHEARLINE_VERSION_STRING);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/hash_context.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

std::string bytes_of(const shearline::hash_context& what) {
    const auto bytes = what.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hash_context_)

BOOST_AUTO_TEST_CASE(puts_the_length_before_each_text) {
    using namespace std::string_view_literals;
    shearline::hash_context what{"ab"};
    what.text("").number(0x0102030405060708);
    BOOST_TEST(bytes_of(what) == "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\0\1\2\3\4\5\6\7\10"sv);
}

BOOST_AUTO_TEST_CASE(tells_apart_texts_that_read_the_same_when_joined) {
    shearline::hash_context one{"purpose"};
    shearline::hash_context other{"purpose"};
    BOOST_TEST(bytes_of(one.text("ab").text("c")) != bytes_of(other.text("a").text("bc")));
}

BOOST_AUTO_TEST_SUITE_END()

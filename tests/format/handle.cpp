// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/handle.hpp>

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "../support/key_text_printers.hpp"

namespace {

using shearline::format_errc;
using shearline::format_error;
using shearline::handle;

static_assert(handle{42}.to_text().view() == "0000000000g");
static_assert((*handle::parse("0000000000g")).value == 42);

}  // namespace

BOOST_AUTO_TEST_SUITE(handle_)

BOOST_AUTO_TEST_CASE(is_spelled_in_eleven_base62_digits) {
    BOOST_TEST(handle{1}.to_text().view() == "00000000001");
    BOOST_TEST(handle{62}.to_text().view() == "00000000010");
    BOOST_TEST(handle{UINT64_MAX}.to_text().view() == "LygHa16AHYF");
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_wrote) {
    std::mt19937_64 random{4};
    for (int i = 0; i < 1000; ++i) {
        const handle name{(random() >> (i % 64)) | 1};
        const auto read = handle::parse(name.to_text().view());
        BOOST_REQUIRE(static_cast<bool>(read));
        BOOST_REQUIRE(read->value == name.value);
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_it_never_wrote) {
    const auto failure = [](std::string_view text) { return handle::parse(text).error(); };
    BOOST_TEST(failure("") == (format_error{format_errc::wrong_length, 11}));
    BOOST_TEST(failure("1") == (format_error{format_errc::wrong_length, 11}));
    BOOST_TEST(failure("000000000001") == (format_error{format_errc::wrong_length, 11}));
    BOOST_TEST(failure(std::string(1 << 20, '1')) == (format_error{format_errc::wrong_length, 11}));
    BOOST_TEST(failure("0000_00000g") == (format_error{format_errc::bad_character, 4}));
    BOOST_TEST(failure("0000000000 ") == (format_error{format_errc::bad_character, 10}));
    BOOST_TEST(failure("00000000000") == (format_error{format_errc::out_of_range, 0}));
    BOOST_TEST(failure("LygHa16AHYG") == (format_error{format_errc::out_of_range, 0}));
    BOOST_TEST(failure("zzzzzzzzzzz") == (format_error{format_errc::out_of_range, 0}));
    BOOST_TEST((*handle::parse("LygHa16AHYF")).value == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(is_ordered_by_its_number) {
    BOOST_TEST(handle{1} < handle{2});
    BOOST_TEST(!(handle{2} < handle{2}));
    BOOST_TEST(handle{7} == handle{7});
    BOOST_TEST(handle{7} != handle{8});
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/checksum.hpp>

#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "../vectors/interop.hpp"

namespace {

using shearline::crc32;

std::uint32_t crc32_of_boost(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checksum)

BOOST_AUTO_TEST_CASE(gives_the_published_values) {
    for (const auto& vector : vectors::crc32) {
        BOOST_TEST(crc32::of(vector.text) == vector.value);
        BOOST_TEST(crc32::of_vartime(vector.text) == vector.value);
    }
    static_assert(crc32::of("123456789") == 0xcbf43926 && crc32::of_vartime("123456789") == 0xcbf43926);
}

BOOST_AUTO_TEST_CASE(agrees_with_another_implementation_at_every_length_and_alignment) {
    std::mt19937 random{3};
    std::string bytes(320, '\0');
    for (char& c : bytes) c = static_cast<char>(random() & 0xff);
    for (std::size_t start = 0; start < 16; ++start) {
        for (std::size_t length = 0; length <= 300; ++length) {
            const std::string_view text = std::string_view{bytes}.substr(start, length);
            const std::uint32_t expected = crc32_of_boost(text);
            BOOST_REQUIRE(crc32::of(text) == expected);
            BOOST_REQUIRE(crc32::of_vartime(text) == expected);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

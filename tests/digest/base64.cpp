// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/base64.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace shearline;

template <std::size_t Bytes>
std::string spell(const std::array<std::byte, Bytes>& bytes) {
    std::array<char, base64_chars(Bytes) + 1> text;
    to_base64<Bytes>(bytes, text);
    return {text.data(), base64_chars(Bytes)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(gives_the_vectors_of_rfc_4648_without_their_padding) {
    BOOST_TEST(spell<1>({std::byte{'f'}}) == "Zg");
    BOOST_TEST(spell<2>({std::byte{'f'}, std::byte{'o'}}) == "Zm8");
    BOOST_TEST(spell<3>({std::byte{'f'}, std::byte{'o'}, std::byte{'o'}}) == "Zm9v");
    BOOST_TEST(spell<3>({std::byte{0xfb}, std::byte{0xff}, std::byte{0xbf}}) == "+/+/");
    static_assert(base64_chars(32) == 43 && base64_chars(8) == 11 && base64_chars(3) == 4 && base64_chars(0) == 0);
}

BOOST_AUTO_TEST_CASE(of_all_spellings_of_a_byte_only_its_own_is_read) {
    int read_as_something = 0;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            std::array<std::byte, 1> read{};
            if (!from_base64<1>(text, read)) continue;
            ++read_as_something;
            BOOST_TEST(spell<1>(read) == text);
        }
    }
    BOOST_TEST(read_as_something == 256);
}

BOOST_AUTO_TEST_CASE(refuses_padding_space_and_other_lengths) {
    std::array<std::byte, 2> read{};
    BOOST_TEST(from_base64<2>("Zm8", read));
    for (const std::string_view wrong : {"", "Zm", "Zm8=", "Zm8A", " Zm8", "Zm8\n", "Z m8", "Zm9", "Z-8", "Z_8"}) {
        BOOST_TEST(!from_base64<2>(wrong, read), "'" << wrong << "'");
    }
}

BOOST_AUTO_TEST_SUITE_END()

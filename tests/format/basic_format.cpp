// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/basic_format.hpp>

#include <shearline/format/checksum.hpp>
#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/seam_format.hpp>

#include <boost/test/unit_test.hpp>

namespace {

using namespace shearline;

using instance = key_format<"instance">;
using github = github_format<"ghp">;
using seam = seam_format<"mycompany">;

static_assert(instance::name == "instance" && instance::environment_of == environment::live);
static_assert(instance::prefix == "instance_" && instance::chars == 58);
static_assert(instance::has_handle && instance::handle_part.offset == 9 && instance::handle_part.chars == 11);
static_assert(instance::secret_part.offset == 20 && instance::secret_chars == 32);
static_assert(instance::has_checksum && instance::checksum_part.offset == 52 && instance::checksum_part.chars == 6);
static_assert(instance::greatest_handle == UINT64_MAX);

static_assert(github::name == "github-ghp" && github::chars == 40 && !github::has_handle && github::has_checksum);
static_assert(seam::name == "seam-mycompany" && seam::chars == 43 && seam::has_handle && !seam::has_checksum);
static_assert(seam::greatest_handle == 128'063'081'718'015U, "58^8 - 1");

template <std::size_t SecretChars, typename Alphabet>
inline constexpr std::size_t bits =
    basic_format<"bits", environment::test, Alphabet, literal<"_">, secret_field<SecretChars>>::secret_bits;

using binary = basic_alphabet<"01">;
using hexadecimal = basic_alphabet<"0123456789abcdef">;

// floor(n * log2(size)), from an arbitrary-precision calculator
static_assert(bits<1, binary> == 1 && bits<127, binary> == 127 && bits<254, binary> == 254);
static_assert(bits<32, hexadecimal> == 128 && bits<31, hexadecimal> == 124);
static_assert(bits<1, base62> == 5 && bits<21, base62> == 125 && bits<22, base62> == 130 && bits<32, base62> == 190);
static_assert(bits<254, base62> == 1512 && bits<24, base58> == 140 && bits<30, base62> == 178);

}  // namespace

BOOST_AUTO_TEST_SUITE(basic_format_)

BOOST_AUTO_TEST_CASE(places_each_part_after_the_one_before) {
    std::size_t end = 0;
    for (const placed_part& part : seam::layout) {
        BOOST_TEST(part.offset == end);
        end += part.chars;
    }
    BOOST_TEST(end == seam::chars);
    BOOST_TEST(seam::layout.size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_checksum_covers_what_its_format_says) {
    const std::string_view text = "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a";
    BOOST_TEST(instance::covered_by_checksum(text) == text.substr(0, 52));
    const std::string_view token = "ghp_012345678901234567890123456789CCCCCC";
    BOOST_TEST(github::covered_by_checksum(token) == token.substr(4, 30));
}

BOOST_AUTO_TEST_SUITE_END()

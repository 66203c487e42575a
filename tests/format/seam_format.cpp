// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/seam_format.hpp>

#include <shearline/format/parse.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include "../support/key_text_printers.hpp"
#include "../support/keys.hpp"
#include "../vectors/interop.hpp"

namespace {

using namespace shearline;

using seam = seam_format<"mycompany">;

std::string token() {
    return std::string{vectors::seam_prefix} + "_" + std::string{vectors::seam_short_token} + "_" +
           std::string{vectors::seam_long_token};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(seam_format_)

BOOST_AUTO_TEST_CASE(reads_a_key_that_seam_made) {
    const std::string text = token();
    const auto key = parse<seam>(text);
    BOOST_REQUIRE(static_cast<bool>(key));
    BOOST_TEST(key->handle.value == 23'010'830'730'479U);  // "BRTRKFsL" in base58, by another program
    BOOST_TEST(key->authenticated == text);
    BOOST_TEST(seam::secret_part.of(text) == vectors::seam_long_token);
}

BOOST_AUTO_TEST_CASE(refuses_another_separator_and_characters_that_base58_lacks) {
    const auto failure = [](std::size_t at, char c) {
        std::string text = token();
        text[at] = c;
        return parse<seam>(text).error();
    };
    BOOST_TEST(failure(9, '-') == (format_error{format_errc::wrong_prefix, 9}));
    BOOST_TEST(failure(18, '-') == (format_error{format_errc::bad_character, 18}));
    BOOST_TEST(failure(18, '1') == (format_error{format_errc::bad_character, 18}));
    for (const char c : {'0', 'O', 'I', 'l', '_'}) {
        BOOST_TEST(failure(10, c) == (format_error{format_errc::bad_character, 10}));
        BOOST_TEST(failure(42, c) == (format_error{format_errc::bad_character, 42}));
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_short_token_of_zero) {
    const std::string text = token().replace(10, 8, "11111111");
    BOOST_TEST(parse<seam>(text).error() == (format_error{format_errc::out_of_range, 10}));
}

BOOST_AUTO_TEST_SUITE_END()

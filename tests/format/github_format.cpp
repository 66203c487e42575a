// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/github_format.hpp>

#include <shearline/format/parse.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include "../support/key_text_printers.hpp"
#include "../support/keys.hpp"
#include "../vectors/interop.hpp"

namespace {

using namespace shearline;

using github = github_format<"ghp">;
using npm = github_format<"npm">;

std::string joined(const vectors::github_vector& token) {
    return std::string{token.prefix} + "_" + std::string{token.entropy} + std::string{token.checksum};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github_format_)

BOOST_AUTO_TEST_CASE(reads_tokens_that_github_made) {
    for (const auto& token : vectors::github_valid) {
        const std::string text = joined(token);
        const auto key = parse<github>(text);
        BOOST_REQUIRE(static_cast<bool>(key));
        BOOST_TEST(key->handle.value == 0U);
        BOOST_TEST(key->authenticated == "ghp_" + std::string{token.entropy});
    }
}

BOOST_AUTO_TEST_CASE(writes_the_checksums_that_github_wrote) {
    for (const auto& token : vectors::github_valid) {
        secret_digits<github> digits{};
        for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = base62::decode(token.entropy[i]);
        BOOST_TEST(key_text<github>(handle{}, digits) == joined(token));
    }
}

BOOST_AUTO_TEST_CASE(refuses_tokens_with_a_wrong_checksum) {
    for (const auto& token : vectors::github_wrong_checksum) {
        const std::string text = joined(token);
        const auto key = token.prefix == "npm" ? parse<npm>(text) : parse<github>(text);
        BOOST_TEST(key.error() == (format_error{format_errc::wrong_checksum, 34}));
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_token_of_another_kind) {
    BOOST_TEST(parse<npm>(joined(vectors::github_valid[0])).error() == (format_error{format_errc::wrong_prefix, 0}));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every text there is, for formats small enough to try them all: the parser accepts what the rules accept, refuses the
// rest for the reason that the rules give, and each key has one spelling.
#include <shearline/format/basic_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "oracle.hpp"

namespace {

using namespace shearline;

/// A checksum of one bit, so that of three digits one is out of its range. Protects nothing.
struct unsafe_parity {
    static constexpr std::string_view name = "parity";
    static constexpr std::uint32_t greatest = 1;
    static constexpr std::uint32_t of(std::string_view text) noexcept {
        std::uint32_t sum = 0;
        for (const char c : text) sum ^= static_cast<unsigned char>(c);
        return sum & 1;
    }
    static constexpr std::uint32_t of_vartime(std::string_view text) noexcept { return of(text); }
};

std::uint32_t parity(const std::string& text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return c % 2 != 0; }) % 2 != 0 ? 1 : 0;
}

using abc = basic_alphabet<"abc">;

/// Everything that a format of ours can have, in six characters. Nothing about it is hard to guess.
using unsafe_tiny_format = basic_format<"unsafe-tiny", environment::test, abc, literal<"x_">, handle_field<2>,
                                        secret_field<1>, checksum_field<1, unsafe_parity, covers::all_before>>;
const oracle::format tiny_rules{.alphabet = "abc",
                                .fields = {oracle::exactly("x_"), oracle::digits_from("ab", "cc"), oracle::digits(1),
                                           oracle::digits_from("a", "b")},
                                .covered_from = 0,
                                .covered_to = 5,
                                .checksum = parity};

/// As GitHub's: no handle, and a checksum of the secret alone.
using unsafe_tiny_github = basic_format<"unsafe-tiny-github", environment::test, abc, literal<"x_">, secret_field<2>,
                                        checksum_field<1, unsafe_parity, covers::secret>>;
const oracle::format github_rules{.alphabet = "abc",
                                  .fields = {oracle::exactly("x_"), oracle::digits(2), oracle::digits_from("a", "b")},
                                  .covered_from = 2,
                                  .covered_to = 4,
                                  .checksum = parity};

/// As Seam's: a literal within, and no checksum.
using unsafe_tiny_seam = basic_format<"unsafe-tiny-seam", environment::test, abc, literal<"x_">, handle_field<1>,
                                      literal<"_">, secret_field<1>>;
const oracle::format seam_rules{
    .alphabet = "abc",
    .fields = {oracle::exactly("x_"), oracle::digits_from("b", "c"), oracle::exactly("_"), oracle::digits(1)}};

/// The alphabet, the characters of the literals, and two that occur nowhere.
constexpr std::string_view characters{"abcx_?\0", 7};

/// The next text of the same length, in the order of `characters`; false after the last.
bool advance(std::string& text) {
    for (char& c : text) {
        const std::size_t next = characters.find(c) + 1;
        c = characters[next % characters.size()];
        if (next != characters.size()) return true;
    }
    return false;
}

/// Whether the parts of a key, written again, are the same text.
template <typename Format>
bool is_what_render_writes(const parsed_key& key) {
    std::array<std::uint8_t, Format::secret_chars> digits{};
    std::array<char, Format::chars> again{};
    const std::string_view secret = Format::secret_part.of(key.text);
    std::transform(secret.begin(), secret.end(), digits.begin(), Format::alphabet::decode);
    render<Format>(key.handle, digits, again);
    return std::equal(again.begin(), again.end(), key.text.begin(), key.text.end());
}

struct tally {
    std::size_t tried = 0;
    std::size_t accepted = 0;
};

/// Tries every text of 0 to `longest` characters.
template <typename Format>
tally compare_with(const oracle::format& rules, std::size_t longest) {
    tally count;
    for (std::size_t length = 0; length <= longest; ++length) {
        std::string text(length, characters.front());
        do {
            const auto key = parse<Format>(text);
            const auto fault = oracle::judge(rules, text);
            ++count.tried;
            BOOST_REQUIRE_MESSAGE(static_cast<bool>(key) != fault.has_value(), "verdicts differ on " << text);
            if (fault) {
                BOOST_REQUIRE_MESSAGE(key.error() == *fault, "reasons differ on " << text);
            } else {
                ++count.accepted;
                BOOST_REQUIRE_MESSAGE(is_what_render_writes<Format>(*key), "a second spelling: " << text);
            }
        } while (advance(text));
    }
    return count;
}

constexpr std::size_t texts_up_to(std::size_t longest) {
    std::size_t all = 0;
    std::size_t of_this_length = 1;
    for (std::size_t length = 0; length <= longest; ++length, of_this_length *= characters.size())
        all += of_this_length;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exhaustive)

BOOST_AUTO_TEST_CASE(every_text_gets_the_verdict_of_the_rules) {
    const tally count = compare_with<unsafe_tiny_format>(tiny_rules, unsafe_tiny_format::chars + 1);
    BOOST_TEST(count.tried == texts_up_to(7));
    BOOST_TEST(count.accepted == 8U * 3U);  // handles but zero, secrets; the checksum follows
}

BOOST_AUTO_TEST_CASE(every_text_gets_the_verdict_of_the_rules_where_the_checksum_covers_the_secret_alone) {
    const tally count = compare_with<unsafe_tiny_github>(github_rules, unsafe_tiny_github::chars + 1);
    BOOST_TEST(count.tried == texts_up_to(6));
    BOOST_TEST(count.accepted == 9U);
}

BOOST_AUTO_TEST_CASE(every_text_gets_the_verdict_of_the_rules_where_there_is_no_checksum) {
    const tally count = compare_with<unsafe_tiny_seam>(seam_rules, unsafe_tiny_seam::chars + 1);
    BOOST_TEST(count.tried == texts_up_to(6));
    BOOST_TEST(count.accepted == 2U * 3U);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/parse.hpp>

#include <shearline/format/checksum.hpp>
#include <shearline/format/key_format.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "../support/allocations.hpp"
#include "../support/key_text_printers.hpp"
#include "../support/keys.hpp"
#include "../support/rules.hpp"

namespace {

using namespace shearline;

using instance = key_format<"instance">;

// Computed by another program (Python's zlib.crc32 and integers).
constexpr std::string_view golden = "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a";
constexpr std::string_view golden_greatest = "instance_LygHa16AHYFzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz33h6e4";
constexpr std::string_view golden_least = "instance_000000000010000000000000000000000000000000020EgMT";

// A key in source code is checked at compile time.
static_assert((*parse<instance>("instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a")).handle == handle{42});
static_assert(parse<instance>("instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22b").error() ==
              format_error{format_errc::wrong_checksum, 52});

format_error failure(std::string_view text) { return parse<instance>(text).error(); }

/// The golden key with the text at `offset` replaced by `part`.
std::string with(std::size_t offset, std::string_view part) {
    return std::string{golden}.replace(offset, part.size(), part);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parse_)

BOOST_AUTO_TEST_CASE(reads_keys_that_another_program_made) {
    BOOST_TEST((*parse<instance>(golden)).handle.value == 42U);
    BOOST_TEST((*parse<instance>(golden_greatest)).handle.value == UINT64_MAX);
    BOOST_TEST((*parse<instance>(golden_least)).handle.value == 1U);
}

BOOST_AUTO_TEST_CASE(gives_views_of_the_text_and_of_what_the_digest_covers) {
    const auto key = parse<instance>(golden);
    BOOST_TEST(static_cast<const void*>(key->text.data()) == golden.data());
    BOOST_TEST(key->text == golden);
    BOOST_TEST(static_cast<const void*>(key->authenticated.data()) == golden.data());
    BOOST_TEST(key->authenticated == golden.substr(0, 52));
}

BOOST_AUTO_TEST_CASE(names_the_first_character_of_the_prefix_that_differs) {
    for (std::size_t i = 0; i < instance::prefix.size(); ++i) {
        BOOST_TEST(failure(with(i, "#")) == (format_error{format_errc::wrong_prefix, i}));
        BOOST_TEST(failure(with(i, "#").substr(0, i + 1)) == (format_error{format_errc::wrong_prefix, i}));
    }
    BOOST_TEST(failure("Instance") == (format_error{format_errc::wrong_prefix, 0}));
    BOOST_TEST(failure("instance-") == (format_error{format_errc::wrong_prefix, 8}));
}

BOOST_AUTO_TEST_CASE(refuses_every_other_length) {
    for (std::size_t length = 0; length < 300; ++length) {
        if (length == golden.size()) continue;
        std::string text{golden.substr(0, length)};
        text.resize(length, '0');
        BOOST_TEST(failure(text) == (format_error{format_errc::wrong_length, 58}));
    }
    BOOST_TEST(failure(std::string{golden} + '\0') == (format_error{format_errc::wrong_length, 58}));
    BOOST_TEST(failure(std::string{golden} + '\n') == (format_error{format_errc::wrong_length, 58}));
    BOOST_TEST(failure(std::string_view{}) == (format_error{format_errc::wrong_length, 58}));
}

BOOST_AUTO_TEST_CASE(names_the_first_character_outside_the_alphabet) {
    for (std::size_t i = instance::prefix.size(); i < golden.size(); ++i) {
        for (int code = 0; code < 256; ++code) {
            const auto c = static_cast<char>(code);
            if (base62::decode(c) != base62::no_digit) continue;
            BOOST_REQUIRE(failure(with(i, {&c, 1})) == (format_error{format_errc::bad_character, i}));
        }
    }
    BOOST_TEST(failure(with(57, "_").replace(30, 1, "_")) == (format_error{format_errc::bad_character, 30}));
}

BOOST_AUTO_TEST_CASE(refuses_a_handle_of_zero_or_past_64_bits) {
    BOOST_TEST(failure(with(9, "00000000000")) == (format_error{format_errc::out_of_range, 9}));
    BOOST_TEST(failure(with(9, "LygHa16AHYG")) == (format_error{format_errc::out_of_range, 9}));
    BOOST_TEST(failure(with(9, "zzzzzzzzzzz")) == (format_error{format_errc::out_of_range, 9}));
    // The greatest one is refused only for its checksum.
    BOOST_TEST(failure(with(9, "LygHa16AHYF")) == (format_error{format_errc::wrong_checksum, 52}));
}

BOOST_AUTO_TEST_CASE(refuses_a_checksum_past_32_bits) {
    BOOST_TEST(failure(with(52, "4gfFC4")) == (format_error{format_errc::out_of_range, 52}));
    BOOST_TEST(failure(with(52, "zzzzzz")) == (format_error{format_errc::out_of_range, 52}));
    BOOST_TEST(failure(with(52, "4gfFC3")) == (format_error{format_errc::wrong_checksum, 52}));
}

BOOST_AUTO_TEST_CASE(a_checksum_that_is_right_modulo_32_bits_is_still_refused) {
    const std::uint64_t checksum = crc32::of_vartime(golden.substr(0, 52));
    BOOST_TEST(support::instance_rules.spell(checksum, 6) == golden.substr(52));
    const std::string wrapped = support::instance_rules.spell(checksum + (std::uint64_t{1} << 32), 6);
    BOOST_TEST(failure(with(52, wrapped)) == (format_error{format_errc::out_of_range, 52}));
}

BOOST_AUTO_TEST_CASE(finds_every_change_of_one_character) {
    for (std::size_t i = instance::prefix.size(); i < golden.size(); ++i) {
        for (const char c : base62::chars) {
            if (c == golden[i]) continue;
            const format_errc code = failure(with(i, {&c, 1})).code;
            BOOST_REQUIRE((code == format_errc::wrong_checksum || code == format_errc::out_of_range));
        }
    }
}

BOOST_AUTO_TEST_CASE(finds_every_swap_of_neighbours) {
    for (std::size_t i = instance::prefix.size(); i + 1 < golden.size(); ++i) {
        const std::string swapped = with(i, std::string{golden[i + 1], golden[i]});
        if (swapped != golden) BOOST_REQUIRE(!parse<instance>(swapped));
    }
}

BOOST_AUTO_TEST_CASE(reports_in_the_stated_order) {
    std::string text = with(0, "X") + "!";
    text[9] = '!';
    BOOST_TEST(failure(text).code == format_errc::wrong_prefix);
    text[0] = 'i';
    BOOST_TEST(failure(text).code == format_errc::wrong_length);
    text.pop_back();
    text.replace(52, 6, "zzzzzz");
    BOOST_TEST(failure(text) == (format_error{format_errc::bad_character, 9}));
    text.replace(9, 11, "zzzzzzzzzzz");
    BOOST_TEST(failure(text) == (format_error{format_errc::out_of_range, 9}));
    text.replace(9, 11, "0000000000g");
    BOOST_TEST(failure(text) == (format_error{format_errc::out_of_range, 52}));
    text.replace(52, 6, "000000");
    BOOST_TEST(failure(text) == (format_error{format_errc::wrong_checksum, 52}));
}

BOOST_AUTO_TEST_CASE(does_not_read_on_when_the_length_is_wrong) {
    // A megabyte of which only the first page is readable.
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    constexpr std::size_t megabyte = 1 << 20;
    void* const memory = mmap(nullptr, megabyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_REQUIRE(memory != MAP_FAILED);
    auto* const chars = static_cast<char*>(memory);
    std::copy(golden.begin(), golden.end(), chars);
    BOOST_REQUIRE(mprotect(chars + page, megabyte - page, PROT_NONE) == 0);
    BOOST_TEST(failure({chars, megabyte}) == (format_error{format_errc::wrong_length, 58}));
    // Here everything after the prefix is unreadable.
    char* const edge = chars + page - instance::prefix.size();
    std::copy(instance::prefix.begin(), instance::prefix.end(), edge);
    BOOST_TEST(failure({edge, megabyte - page}) == (format_error{format_errc::wrong_length, 58}));
    BOOST_REQUIRE(munmap(memory, megabyte) == 0);
}

BOOST_AUTO_TEST_CASE(never_allocates) {
    const std::string megabyte = std::string{golden} + std::string(1 << 20, 'x');
    const std::size_t before = support::allocations();
    bool good = static_cast<bool>(parse<instance>(golden));
    for (std::size_t length = 0; length <= 100; ++length) {
        good =
            good && (length == 58) == static_cast<bool>(parse<instance>(std::string_view{megabyte}.substr(0, length)));
    }
    good = good && !parse<instance>(megabyte);
    const std::size_t after = support::allocations();
    BOOST_TEST(good);
    BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_SUITE_END()

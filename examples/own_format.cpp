// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A company's own key format: acme_live_<handle>_<secret><checksum>, in letters that can be read over the telephone.
//
// Build: g++ -std=c++20 own_format.cpp $(pkg-config --cflags --libs shearline) -o own_format
// Run:   ./own_format            makes a key: the key on stdout, for its owner alone; a line for the log on stderr
//        ./own_format --read     reads a key from stdin; says whether it is one, or what is wrong with it, and where
//        ./own_format --pattern  prints the format for scanners that look for leaked keys
//        ./own_format --check    tests the format against rules written by hand
#include <iostream>
#include <string>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/format/checksum.hpp>
#include <shearline/format/grammar.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/generate.hpp>
#include <shearline/testing/format_conformance.hpp>

// Crockford's base32: no i, l, o or u, so that nobody has to ask "zero, or the letter?".
using acme_digits = shearline::basic_alphabet<"0123456789abcdefghjkmnpqrstvwxyz">;

// 32^13 is more than 2^64, and so every handle fits; 26 digits are a secret of 130 bits; 7 digits hold any CRC-32.
template <shearline::fixed_string Name, shearline::environment Where>
using acme_format =
    shearline::basic_format<Name, Where, acme_digits, shearline::literal<Name + shearline::fixed_string{"_"}>,
                            shearline::handle_field<13>, shearline::literal<"_">, shearline::secret_field<26>,
                            shearline::checksum_field<7, shearline::crc32, shearline::covers::all_before>>;

// Two formats, so that a test key is never taken for a live one: the prefix differs, and so does the digest.
using live_keys = acme_format<"acme_live", shearline::environment::live>;
using test_keys = acme_format<"acme_test", shearline::environment::test>;
static_assert(live_keys::chars == 57 && live_keys::secret_bits == 130);

// A layout that is a mistake does not compile, and the error says what to write:
//
//     basic_format<"acme", environment::live, base62, literal<"acme">, secret_field<26>>
//     error: a literal ends in a digit of the alphabet and runs into the field after it
//
//     basic_format<"acme", environment::live, base62, literal<"acme_">, secret_field<26>, handle_field<11>>
//     error: put the handle before the secret
//
//     basic_format<"acme", environment::live, base62, literal<"acme_">, secret_field<26>, checksum_field<5, crc32,
//                  covers::all_before>>
//     error: the checksum_field cannot hold every value of its checksum

namespace {

int make_key() {
    const auto fresh = shearline::generate<live_keys>();
    if (!fresh) {
        std::cerr << "no key was made: " << fresh.error().message() << '\n';
        return 1;
    }
    // The one place where the secret leaves the program. Everything up to the secret is public, and safe to log.
    if (!(std::cout << fresh->text.reveal(shearline::unsafe_reveal) << '\n' << std::flush)) {
        std::cerr << "the key was not delivered: stdout cannot be written\n";
        return 1;
    }
    std::cerr << "issued " << shearline::mask<live_keys>(fresh->handle).view() << '\n';
    return 0;
}

int read_key() {
    std::string text;
    std::getline(std::cin, text);
    if (const auto key = shearline::parse<live_keys>(text)) {
        std::cout << "a key: " << shearline::mask<live_keys>(text).view() << '\n';
        return 0;
    } else if (shearline::parse<test_keys>(text)) {
        std::cerr << "a test key, and live keys are wanted: " << shearline::mask<test_keys>(text).view() << '\n';
    } else {
        // Neither the error nor the mask has a part of the secret, even if only one character is wrong.
        const auto [code, offset] = key.error();
        std::cerr << "not a key: " << to_string(code);
        if (code == shearline::format_errc::wrong_length)
            std::cerr << ", a key has " << offset << " characters";
        else
            std::cerr << " at character " << offset + 1;
        std::cerr << ": " << shearline::mask<live_keys>(text).view() << '\n';
    }
    return 1;
}

int print_pattern() {
    using grammar = shearline::grammar<live_keys>;
    std::cout << grammar::regex() << '\n' << grammar::notes();
    return 0;
}

// The rules come from the company's document of the format and not from the types above, or they would share their
// mistakes: the greatest handle is 2^64-1, and the greatest checksum 2^32-1.
int check_format() {
    using shearline::testing::digits, shearline::testing::digits_from, shearline::testing::exactly;
    const auto seen = shearline::testing::format_conformance<live_keys>(
        {.alphabet = "0123456789abcdefghjkmnpqrstvwxyz",
         .fields = {exactly("acme_live_"), digits_from("0000000000001", "fzzzzzzzzzzzz"), exactly("_"), digits(26),
                    digits_from("0000000", "3zzzzzz")},
         .covered_to = 50,
         .checksum = shearline::testing::crc32_by_bits,
         .name = "acme_live",
         .environment = shearline::environment::live});
    std::cout << seen.message() << '\n';
    return seen ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    const std::string_view command = count == 2 ? words[1] : "";
    if (count == 1) return make_key();
    if (command == "--read") return read_key();
    if (command == "--pattern") return print_pattern();
    if (command == "--check") return check_format();
    std::cerr << "usage: " << words[0] << " [--read | --pattern | --check]\n";
    return 2;
}

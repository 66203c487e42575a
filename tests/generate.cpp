// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/generate.hpp>

#include <boost/mp11/list.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/testing/entropy_check.hpp>

#include "support/printers.hpp"
#include "support/secrets.hpp"

namespace {

using shearline::testing::chi_square;

using namespace shearline;

using instance = key_format<"instance">;
using in_base58 = key_format<"instance", 32, base58>;
using github = github_format<"ghp">;
/// A handle of one digit, so that every handle occurs.
using tiny = basic_format<"tiny", environment::live, base62, literal<"tiny_">, handle_field<1>, secret_field<32>,
                          checksum_field<6, crc32, covers::all_before>>;

/// Returns the bytes of a list, then those of the system, and counts the requests.
struct scripted_entropy {
    std::vector<std::uint8_t> script;
    std::size_t given = 0;

    result<void> fill(std::span<std::byte> out) noexcept {
        if (auto filled = system_entropy{}.fill(out); !filled) return filled;
        for (std::byte& byte : out) {
            if (given < script.size()) byte = std::byte{script[given]};
            ++given;
        }
        return {};
    }
};

struct stuck_entropy {
    std::byte always;
    result<void> fill(std::span<std::byte> out) noexcept {
        std::fill(out.begin(), out.end(), always);
        return {};
    }
};

/// Fails at the n-th use.
struct failing_entropy {
    int uses_left;
    result<void> fill(std::span<std::byte> out) noexcept {
        if (uses_left-- == 0) return error{errc::unavailable, "the hardware generator is unplugged"};
        return system_entropy{}.fill(out);
    }
};

std::string text_of(const generated_key<instance>& key) { return std::string{key.text.reveal(unsafe_reveal)}; }

/// For a uniform source, chi-square with 61 degrees of freedom exceeds this once in 10^9 runs; with fewer, more rarely.
constexpr double threshold = 153.0;
constexpr std::size_t sample_digits = 640'000;

template <std::size_t Size>
std::vector<std::size_t> drawn_digits() {
    std::vector<std::size_t> seen(Size);
    std::array<std::uint8_t, 64> digits;
    system_entropy entropy;
    for (std::size_t drawn = 0; drawn < sample_digits; drawn += digits.size()) {
        if (!detail::draw_digits<Size>(entropy, digits)) std::abort();
        for (const std::uint8_t digit : digits) ++seen.at(digit);
    }
    return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(generate_)

using formats = boost::mp11::mp_list<instance, test_key_format<"instance">, in_base58>;
BOOST_AUTO_TEST_CASE_TEMPLATE(makes_keys_that_parse_as_the_handle_that_it_gives, Format, formats) {
    for (int i = 0; i < 200; ++i) {
        const auto key = generate<Format>();
        BOOST_REQUIRE(key);
        const auto parsed = parse<Format>(key->text.reveal(unsafe_reveal));
        BOOST_REQUIRE(parsed);
        BOOST_TEST(parsed->handle.value == key->handle.value);
        BOOST_TEST(key->handle.value != 0U);
    }
}

BOOST_AUTO_TEST_CASE(makes_keys_of_formats_without_a_handle) {
    const auto key = generate<github>();
    BOOST_REQUIRE(key);
    BOOST_TEST(static_cast<bool>(parse<github>(key->text.reveal(unsafe_reveal))));
    BOOST_TEST(key->handle.value == 0U);
}

BOOST_AUTO_TEST_CASE(never_makes_a_key_twice) {
    std::set<std::string> texts;
    std::set<std::uint64_t> handles;
    for (int i = 0; i < 2000; ++i) {
        const auto key = generate<instance>();
        BOOST_REQUIRE(key);
        texts.insert(text_of(*key).substr(instance::secret_part.offset, instance::secret_chars));
        handles.insert(key->handle.value);
    }
    BOOST_TEST(texts.size() == 2000U);
    BOOST_TEST(handles.size() == 2000U);
}

BOOST_AUTO_TEST_CASE(every_digit_of_an_alphabet_is_equally_likely) {
    BOOST_TEST(chi_square(drawn_digits<62>()) < threshold);
    BOOST_TEST(chi_square(drawn_digits<58>()) < threshold);
    BOOST_TEST(chi_square(drawn_digits<33>()) < threshold);
    BOOST_TEST(chi_square(drawn_digits<2>()) < threshold);
}

BOOST_AUTO_TEST_CASE(the_test_of_likelihood_finds_the_bias_of_a_remainder) {
    std::vector<std::size_t> seen(62);
    std::array<std::byte, 64> bytes;
    system_entropy entropy;
    for (std::size_t drawn = 0; drawn < sample_digits; drawn += bytes.size()) {
        BOOST_REQUIRE(entropy.fill(bytes));
        for (const std::byte byte : bytes) ++seen[std::to_integer<std::size_t>(byte) % 62];
    }
    BOOST_TEST(chi_square(seen) > threshold);
}

BOOST_AUTO_TEST_CASE(every_handle_is_equally_likely_and_zero_is_none) {
    std::vector<std::size_t> seen(62);
    for (int i = 0; i < 20'000; ++i) {
        const auto key = generate<tiny>();
        BOOST_REQUIRE(key);
        ++seen.at(static_cast<std::size_t>(key->handle.value));
    }
    BOOST_TEST(seen[0] == 0U);
    seen.erase(seen.begin());
    BOOST_TEST(chi_square(seen) < threshold);
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_handle_is_used) {
    std::uint64_t ever_set = 0;
    std::uint64_t always_set = ~std::uint64_t{0};
    for (int i = 0; i < 100; ++i) {
        const auto key = generate<instance>();
        BOOST_REQUIRE(key);
        ever_set |= key->handle.value;
        always_set &= key->handle.value;
    }
    BOOST_TEST(ever_set == ~std::uint64_t{0});
    BOOST_TEST(always_set == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_digit_and_goes_on_with_the_next_byte) {
    // A handle of eight bytes, and then: 63 and 62 are refused, whatever their upper bits; 61 and 0 are the digits.
    scripted_entropy entropy{{1, 0, 0, 0, 0, 0, 0, 0, 63, 62, 61, 0, 127, 190, 253, 64}};
    const auto key = generate<instance>(entropy);
    BOOST_REQUIRE(key);
    BOOST_TEST(text_of(*key).substr(instance::secret_part.offset, 4) == "z0z0");
    BOOST_TEST(entropy.given > 8 + instance::secret_chars);
}

BOOST_AUTO_TEST_CASE(draws_again_where_the_handle_would_be_zero) {
    scripted_entropy entropy{{0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}};
    const auto key = generate<instance>(entropy);
    BOOST_REQUIRE(key);
    BOOST_TEST(key->handle.value == 2U);
}

BOOST_AUTO_TEST_CASE(hands_on_the_error_of_the_source) {
    for (int uses = 0; uses < 2; ++uses) {
        failing_entropy entropy{uses};
        const auto key = generate<instance>(entropy);
        BOOST_REQUIRE(!key);
        BOOST_TEST(key.error().context() == "the hardware generator is unplugged");
    }
    failing_entropy sound{1000};
    BOOST_TEST(static_cast<bool>(generate<instance>(sound)));
}

BOOST_AUTO_TEST_CASE(a_source_that_repeats_itself_is_an_error_and_not_a_hang) {
    for (const int byte : {0x00, 0xff, 0x3e}) {  // no handle; no digit; no digit
        stuck_entropy entropy{std::byte{static_cast<unsigned char>(byte)}};
        const auto key = generate<instance>(entropy);
        BOOST_REQUIRE(!key);
        BOOST_TEST(key.error().code() == errc::unavailable);
    }
}

BOOST_AUTO_TEST_CASE(leaves_no_digits_of_the_secret_on_the_stack, *support::if_stack_is_as_compiled) {
    // The digits are below 62, so that bytes below 62 are the digits themselves.
    static std::array<std::byte, 32> secret;
    for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<std::byte>((i * 11 + 7) % 62);
    struct known_entropy {
        result<void> fill(std::span<std::byte> out) noexcept {
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = *static_cast<const volatile std::byte*>(&secret[i]);
            }
            return {};
        }
    };
    const auto make = [] {
        known_entropy entropy;
        const auto key = generate<instance>(entropy);
        if (!key) std::abort();
    };
    BOOST_TEST(!support::leaves_on_stack(secret, make));
    BOOST_TEST(support::leaves_on_stack(secret, [] { support::copy_and_forget(secret); }));
}

BOOST_AUTO_TEST_SUITE_END()

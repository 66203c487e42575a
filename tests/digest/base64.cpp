// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/base64.hpp>

#include <sodium.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace shearline;

template <std::size_t Bytes>
std::string spell(const std::array<std::byte, Bytes>& bytes) {
    std::array<char, base64_chars(Bytes) + 1> text;
    to_base64<Bytes>(bytes, text);
    return {text.data(), base64_chars(Bytes)};
}

template <std::size_t Bytes>
using bytes_read = std::optional<std::array<std::byte, Bytes>>;

template <std::size_t Bytes>
bytes_read<Bytes> read(std::string_view text) {
    std::array<std::byte, Bytes> bytes{};
    if (!from_base64<Bytes>(text, bytes)) return std::nullopt;
    return bytes;
}

/// What libsodium's decoder reads. It takes some bytes above 127 for digits.
template <std::size_t Bytes>
bytes_read<Bytes> read_by_sodium(std::string_view text) {
    std::array<std::byte, Bytes> bytes{};
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
    if (text.size() != base64_chars(Bytes) || !ascii ||
        ::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), Bytes, text.data(), text.size(), nullptr,
                            nullptr, nullptr, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
        return std::nullopt;
    return bytes;
}

/// Reads texts both ways, and counts those that are read and those that are refused.
template <std::size_t Bytes>
class comparison {
public:
    ~comparison() {
        BOOST_TEST(m_different == 0, m_different << " texts of " << Bytes << " bytes are not read as libsodium reads "
                                                 << "them; one of them is, in hexadecimal, " << m_one);
    }
    comparison() = default;
    comparison(const comparison&) = delete;
    comparison& operator=(const comparison&) = delete;

    void read_both(std::string_view text) {
        const auto ours = read<Bytes>(text);
        ++(ours ? m_read : m_refused);
        if (ours == read_by_sodium<Bytes>(text)) return;
        ++m_different;
        std::string shown(text.size() * 2 + 1, '\0');
        ::sodium_bin2hex(shown.data(), shown.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
        m_one = shown.data();
    }
    [[nodiscard]] int read_texts() const { return m_read; }
    [[nodiscard]] int refused_texts() const { return m_refused; }

private:
    int m_read = 0;
    int m_refused = 0;
    int m_different = 0;
    std::string m_one;
};

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Calls `body<Bytes>()` for 1 to `sizeof...(Before)` bytes, and for those of a digest.
template <typename Body, std::size_t... Before>
void for_sizes(Body body, std::index_sequence<Before...>) {
    (body.template operator()<Before + 1>(), ...);
    body.template operator()<32>();
}

// It can be used in a constant expression.
static_assert([] {
    std::array<std::byte, 7> bytes{};
    return from_base64<7>("Zm9vYmFyIQ", bytes) && bytes[0] == std::byte{'f'} && bytes[6] == std::byte{'!'};
}());

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

BOOST_AUTO_TEST_CASE(no_bytes_are_the_empty_text_alone) {
    std::array<std::byte, 0> read{};
    BOOST_TEST(from_base64<0>("", read));
    BOOST_TEST(!from_base64<0>("A", read));
}

BOOST_AUTO_TEST_CASE(refuses_padding_space_and_other_lengths) {
    std::array<std::byte, 2> read{};
    BOOST_TEST(from_base64<2>("Zm8", read));
    for (const std::string_view wrong : {"", "Zm", "Zm8=", "Zm8A", " Zm8", "Zm8\n", "Z m8", "Zm9", "Z-8", "Z_8"}) {
        BOOST_TEST(!from_base64<2>(wrong, read), "'" << wrong << "'");
    }
}

BOOST_AUTO_TEST_CASE(reads_random_texts_as_libsodium_does) {
    std::mt19937_64 random{7};
    for_sizes(
        [&random]<std::size_t Bytes>() {
            comparison<Bytes> both;
            std::string text(base64_chars(Bytes), 'A');
            for (int i = 0; i < 300; ++i) {
                std::array<std::byte, Bytes> bytes{};
                for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
                both.read_both(spell(bytes));
                for (char& c : text) c = alphabet[random() % alphabet.size()];
                both.read_both(text);
                for (char& c : text) c = static_cast<char>(random());
                both.read_both(text);
            }
            BOOST_TEST(both.read_texts() >= 300);
            BOOST_TEST(both.refused_texts() >= 250);
        },
        std::make_index_sequence<20>{});
}

BOOST_AUTO_TEST_CASE(reads_each_character_at_each_place_as_libsodium_does) {
    std::mt19937_64 random{8};
    for_sizes(
        [&random]<std::size_t Bytes>() {
            comparison<Bytes> both;
            std::array<std::byte, Bytes> bytes{};
            for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
            const std::string right = spell(bytes);
            for (std::size_t at = 0; at < right.size(); ++at) {
                std::string text = right;
                for (int c = 0; c < 256; ++c) {
                    text[at] = static_cast<char>(c);
                    both.read_both(text);
                }
            }
            const int spare = Bytes % 3 == 0 ? 1 : Bytes % 3 == 1 ? 16 : 4;  // spellings of the last character
            const int chars = static_cast<int>(right.size());
            BOOST_TEST(both.read_texts() == (chars - 1) * 64 + 64 / spare);
            BOOST_TEST(both.read_texts() + both.refused_texts() == chars * 256);
        },
        std::make_index_sequence<20>{});
}

BOOST_AUTO_TEST_CASE(refuses_wrong_characters_together_that_are_refused_alone) {
    std::mt19937_64 random{9};
    comparison<32> both;
    const std::string right = spell(std::array<std::byte, 32>{});
    for (int i = 0; i < 20'000; ++i) {
        std::string text = right;
        for (int wrong = 0; wrong < 2; ++wrong) text[random() % text.size()] = static_cast<char>(random());
        both.read_both(text);
    }
    BOOST_TEST(both.read_texts() > 500);
    BOOST_TEST(both.refused_texts() > 10'000);
}

BOOST_AUTO_TEST_CASE(refuses_every_other_length_as_libsodium_does) {
    for_sizes(
        []<std::size_t Bytes>() {
            comparison<Bytes> both;
            for (std::size_t chars = 0; chars < base64_chars(Bytes) + 10; ++chars)
                both.read_both(std::string(chars, 'A'));
            BOOST_TEST(both.read_texts() == 1);
        },
        std::make_index_sequence<20>{});
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every function of the library that handles a secret, under valgrind's memcheck. Compiled by several compilers at
// several optimisation levels, because a compiler may add branches that the source does not have.
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <tuple>

#include <shearline/credential/credential_id.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/digest/base64.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/memo.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/seam_format.hpp>
#include <shearline/keyring/file.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/testing/constant_time_policies.hpp>
#include <shearline/verifier/line.hpp>
#ifdef SHEARLINE_TEST_OPENSSL
#include <shearline/digest/hmac_sha256_openssl.hpp>
#endif

namespace {

using namespace shearline;
using namespace shearline::testing;
using namespace shearline::detail;
using format = key_format<"instance">;
using testing::detail::sample_bytes;

void add_comparisons(constant_time_suite& suite) {
    const auto equal = [](const auto& a, const auto& b) {
        return constant_time_equal<std::tuple_size_v<std::remove_cvref_t<decltype(a)>>>(a, b);
    };
    add_comparison<8>(suite, "constant_time_equal", equal);
    add_comparison<16>(suite, "constant_time_equal", equal);
    add_comparison<24>(suite, "constant_time_equal", equal);
    add_comparison<32>(suite, "constant_time_equal", equal);
    add_comparison<43>(suite, "constant_time_equal", equal);
    add_comparison<64>(suite, "constant_time_equal", equal);
    add_comparison<32>(suite, "constant_time_equal_words", [](const auto& a, const auto& b) {
        return constant_time_equal_words(std::bit_cast<std::array<std::uint64_t, 4>>(a),
                                         std::bit_cast<std::array<std::uint64_t, 4>>(b));
    });
}

/// Renders the digits of a secret as a key with its checksum.
bool render_a_fresh_secret() {
    std::array<std::uint8_t, format::secret_chars> digits{};
    for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = static_cast<std::uint8_t>(i * 7 % 62);
    secret(digits);
    std::array<char, format::chars> text{};
    render<format>(handle{1}, digits, text);
    const std::uint32_t checksum = crc32::of({text.data(), text.size()});
    const auto shown = declassified(text);
    return declassified(checksum) != 0 && parse<format>({shown.data(), shown.size()});
}

bool spell_and_read_a_stored_digest() {
    stored_digest stored{.pepper = 3, .mac = sample_bytes<32>()};
    secret(stored.mac);
    const std::string phc = stored.to_phc(handle{7});
    std::string text = phc;
    declassify(text.data(), text.size());
    // It is public that the text is base64. 'p' to 'w' differ in three bits, which are the secret ones.
    std::string other = text;
    for (std::size_t i = other.size() - 43; i < other.size(); ++i) {
        char c = other[i];
        secret(c);
        other[i] = static_cast<char>('p' | (c & 7));
    }
    other.back() = 'w';  // its last bits are zero
    const auto read = stored_digest::parse(other);
    return read && declassified(read->digest.mac) != digest_bytes{} && stored_digest::parse(text);
}

/// Calls `read(text, bytes)` for a digest in base64 and for texts with one wrong character: the first, one in the
/// middle, the last, one above 127, and one with a bit after the last byte. All bits of the text are secret, and so is
/// whether it is valid.
template <typename Read>
bool reads_base64(Read read) {
    const auto bytes = sample_bytes<32>();
    std::array<char, base64_chars(32) + 1> spelled{};
    to_base64<32>(bytes, spelled);
    struct change {
        std::size_t at;
        char c;
    };
    const std::array<change, 6> changes{{{0, spelled[0]}, {0, '='}, {21, '-'}, {42, ' '}, {7, '\xc1'}, {42, 'B'}}};
    for (const change& one : changes) {
        auto text = spelled;
        text[one.at] = one.c;
        secret(text);
        std::array<std::byte, 32> out{};
        const bool valid = declassified(static_cast<bool>(read(std::string_view{text.data(), 43}, std::span{out})));
        if (valid != (&one == changes.data()) || (valid && declassified(out) != bytes)) return false;
    }
    return true;
}

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes of 43 digits; false if there are bits after the last one.
bool pack_digits(const std::array<unsigned, 44>& digits, std::span<std::byte, 32> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        const unsigned pair = (digits[i / 3 * 4 + i % 3] << 6U) | digits[i / 3 * 4 + i % 3 + 1];
        out[i] = static_cast<std::byte>(pair >> (4 - 2 * (i % 3)));
    }
    return (digits[42] & 3U) == 0;
}

/// The two decoders that one finds: a table of all characters, and a search for each character that ends when it is
/// found, or the text is wrong.
void add_base64_controls(constant_time_suite& suite) {
    suite.control("base64 by a table", [] {
        static const auto digit_of = [] {
            std::array<unsigned, 256> made{};
            made.fill(64);
            for (unsigned i = 0; i < 64; ++i) made[static_cast<unsigned char>(base64_digits[i])] = i;
            return made;
        }();
        return reads_base64([](std::string_view text, std::span<std::byte, 32> out) {
            std::array<unsigned, 44> digits{};
            unsigned all = 0;
            for (std::size_t i = 0; i < text.size(); ++i) {
                digits[i] = digit_of[static_cast<unsigned char>(text[i])];
                all |= digits[i];
            }
            return static_cast<unsigned>(pack_digits(digits, out)) & static_cast<unsigned>(all < 64);
        });
    });
    suite.control("base64 that ends at the first wrong character", [] {
        return reads_base64([](std::string_view text, std::span<std::byte, 32> out) {
            std::array<unsigned, 44> digits{};
            for (std::size_t i = 0; i < text.size(); ++i) {
                const std::size_t digit = base64_digits.find(text[i]);
                if (digit == std::string_view::npos) return false;
                digits[i] = static_cast<unsigned>(digit);
            }
            return pack_digits(digits, out);
        });
    });
}

/// The whole check of a full verification by a digester; every pepper's state and the digest are secret.
bool check_a_stored_digest() {
    digest_bytes stored = hmac_sha256::mac(hmac_sha256::prepare(sample_bytes<32>()), sample_bytes<52>());
    secret(stored);
    auto pepper = sample_bytes<32>();
    secret(pepper);
    const auto state = hmac_sha256::prepare(pepper);
    const bool same = constant_time_equal<32>(hmac_sha256::mac(state, sample_bytes<52>()), stored);
    stored[31] ^= std::byte{1};
    const bool other = constant_time_equal<32>(hmac_sha256::mac(state, sample_bytes<52>()), stored);
    return declassified(same) && !declassified(other);
}

/// The part of a digest in a verifier's line, and the comparison with it.
bool compare_with_a_line() {
    digest_bytes mac = sample_bytes<32>();
    digest_bytes other = mac;
    other[23] ^= std::byte{1};
    secret(mac);
    secret(other);
    const line_digest a = to_line_digest(mac);
    return declassified(constant_time_equal_words(a, to_line_digest(mac))) &&
           !declassified(constant_time_equal_words(a, to_line_digest(other)));
}

bool derive_a_subkey() {
    auto pepper = sample_bytes<32>();
    secret(pepper);
    hash_context what{"shearline keyring subkey"};
    what.text("digest").number(1);
    const secret_bytes<32> made = shearline::detail::keyring_file::derive(pepper, what);
    std::array<std::byte, 32> copied{};
    const auto bytes = made.reveal(unsafe_reveal);
    std::copy(bytes.begin(), bytes.end(), copied.begin());
    return declassified(copied) != std::array<std::byte, 32>{};
}

bool remember_a_text() {
    siphash_memo::key key = siphash_memo::make_key();
    const std::string_view text = "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a";
    const siphash_memo::tag known = siphash_memo::of(key, text);
    secret(key);
    siphash_memo::tag stored = known;
    secret(stored);
    siphash_memo::tag wrong = known;
    wrong[1] ^= 1;
    secret(wrong);
    const siphash_memo::tag asked = siphash_memo::of(key, text);
    return declassified(siphash_memo::same(asked, stored)) && !declassified(siphash_memo::same(asked, wrong));
}

/// The tags of more texts than there are lanes, as they fill them twice and leave some empty.
bool remember_texts(siphash_of_many tags_of) {
    siphash_memo::key key = siphash_memo::make_key();
    std::array<std::array<char, 53>, 9> texts{};
    std::array<const char*, 9> starts{};
    std::array<siphash_memo::tag, 9> expected{};
    std::array<siphash_memo::tag, 9> tags{};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        texts[i].fill(static_cast<char>('a' + i));
        starts[i] = texts[i].data();
        expected[i] = siphash_memo::of(key, {texts[i].data(), texts[i].size()});
    }
    secret(key);
    secret(texts);
    tags_of(key, starts.data(), texts[0].size(), texts.size(), tags.data());
    return declassified(tags) == expected;
}

/// Sealing key and text are secret. (Opening is not tested: libsodium branches on the validity of the tag, which is the
/// result.)
bool seal() {
    secret_bytes<32> key;
    const auto bytes = sample_bytes<32>();
    std::copy(bytes.begin(), bytes.end(), key.reveal_mutable(unsafe_reveal).begin());
    secret(key.reveal(unsafe_reveal).data(), 32);
    const std::string_view plain = "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a";
    const secret_text text = secret_text::copy_of(plain);
    secret(text.reveal(unsafe_reveal).data(), plain.size());
    const seal_binding here{environment::test, "instance", "acme", {}, handle{7}, 1};
    const auto sealed = recoverable::seal(key, 1, here, text);
    if (!sealed) return false;
    declassify(key.reveal(unsafe_reveal).data(), 32);
    declassify(sealed->box.data(), sealed->box.size());
    const auto opened = recoverable::open(key, here, *sealed);
    return opened && opened->reveal(unsafe_reveal) == plain;
}

}  // namespace

int main() {
    constant_time_suite suite;
    if (!sodium_ready()) return 2;
    add_comparisons(suite);
    add_hash<hmac_sha256>(suite, "HMAC-SHA256 by libsodium");
#ifdef SHEARLINE_TEST_OPENSSL
    add_hash<openssl_hmac_sha256>(suite, "HMAC-SHA256 by OpenSSL");
#endif
    add_generator<format>(suite, "generating a key");
    add_generator<github_format<"tok">>(suite, "generating a key of GitHub's format");
    add_generator<seam_format<"mycompany">>(suite, "generating a key of Seam's format");
    suite.function("rendering a secret and its checksum", render_a_fresh_secret);
    suite.function("spelling and reading a stored digest", spell_and_read_a_stored_digest);
    suite.function("reading base64, valid or not", [] {
        return reads_base64(
            [](std::string_view text, std::span<std::byte, 32> out) { return from_base64<32>(text, out); });
    });
    suite.function("checking a stored digest", check_a_stored_digest);
    suite.function("comparing with a line", compare_with_a_line);
    suite.function("deriving a subkey from a pepper", derive_a_subkey);
    suite.function("the memo of a text", remember_a_text);
    suite.function("the memos of several texts, in two lanes",
                   [] { return remember_texts(&siphash_anywhere<compiled_for>); });
#if defined(__x86_64__)  // (valgrind has no AVX-512)
    if (__builtin_cpu_supports("avx2") != 0)
        suite.function("the memos of several texts, by AVX2",
                       [] { return remember_texts(&siphash_avx2<compiled_for>); });
#endif
    suite.function("sealing", seal);
    add_constant_time_controls(suite);
    add_base64_controls(suite);
    suite.control("a memo that ends at the first zero", [] {
        return remember_texts([](const siphash_key& with, const char* const* texts, std::size_t size, std::size_t count,
                                 siphash_tag* tags) noexcept {
            for (std::size_t i = 0; i < count; ++i) {
                std::size_t until = 0;
                while (until < size && texts[i][until] != '\0') ++until;
                tags[i] = siphash_memo::of(with, {texts[i], until});
            }
        });
    });
    return suite.finish();
}

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Both engines: each against the published vectors, and each against the other.
#include <shearline/digest/hmac_sha256.hpp>

#include <boost/mp11/list.hpp>
#include <boost/test/unit_test.hpp>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/secret/guarded.hpp>

#include "../support/printers.hpp"
#include "../support/secrets.hpp"
#include "../vectors/rfc4231.hpp"

namespace {

using shearline::digest_bytes;
using shearline::hmac_sha256;
using shearline::openssl_hmac_sha256;
using engines = boost::mp11::mp_list<hmac_sha256, openssl_hmac_sha256>;
using key = std::array<std::byte, 32>;

static_assert(shearline::hash_policy<hmac_sha256> && shearline::hash_policy<openssl_hmac_sha256>);
static_assert(hmac_sha256::name == openssl_hmac_sha256::name);

std::vector<std::byte> from_hex(std::string_view hex) {
    std::vector<std::byte> bytes(hex.size() / 2);
    std::size_t length = 0;
    const int failed = ::sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                                        hex.size(), nullptr, &length, nullptr);
    BOOST_REQUIRE(failed == 0);
    BOOST_REQUIRE(length == bytes.size());
    return bytes;
}

key random_key() {
    key made;
    ::randombytes_buf(made.data(), made.size());
    return made;
}

/// The hash inside the HMAC: SHA-256 of the key's inner block and the message.
digest_bytes inner_digest(const key& of, std::span<const std::byte> message) {
    std::vector<std::byte> text(64, std::byte{0x36});
    for (std::size_t i = 0; i < of.size(); ++i) text[i] ^= of[i];
    text.insert(text.end(), message.begin(), message.end());
    digest_bytes digest;
    ::crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                         reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return digest;
}

/// A digest as its eight words lie in a hash state: each in the machine's order.
key as_words(digest_bytes digest) {
    if constexpr (std::endian::native == std::endian::little) {
        for (std::size_t i = 0; i < digest.size(); i += 4) {
            std::reverse(&digest[i], &digest[i] + 4);
        }
    }
    return digest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hmac_sha256_)

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_the_digests_of_rfc_4231, Hash, engines) {
    for (const auto& vector : vectors::rfc4231) {
        const auto short_key = from_hex(vector.key);
        key padded{};
        std::copy(short_key.begin(), short_key.end(), padded.begin());
        const digest_bytes mac = Hash::mac(Hash::prepare(padded), from_hex(vector.message));
        const auto expected = from_hex(vector.digest);
        BOOST_TEST(std::equal(expected.begin(), expected.end(), mac.begin()), "message " << vector.message);
    }
}

BOOST_AUTO_TEST_CASE(both_engines_agree_at_every_length) {
    std::vector<std::byte> message;
    for (std::size_t length = 0; length <= 300; ++length) {
        message.resize(length);
        if (length > 0) ::randombytes_buf(message.data(), length);
        const key random = random_key();
        BOOST_TEST((hmac_sha256::mac(hmac_sha256::prepare(random), message) ==
                    openssl_hmac_sha256::mac(openssl_hmac_sha256::prepare(random), message)),
                   "length " << length);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_state_serves_any_number_of_messages, Hash, engines) {
    const key random = random_key();
    const auto state = Hash::prepare(random);
    const std::array<std::byte, 3> message{std::byte{1}, std::byte{2}, std::byte{3}};
    const digest_bytes first = Hash::mac(state, message);
    BOOST_TEST(Hash::mac(state, std::span{message}.first(2)) != first);
    BOOST_TEST(Hash::mac(state, message) == first);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(works_from_read_only_memory, Hash, engines) {
    const key random = random_key();
    const auto kept = shearline::guarded<typename Hash::key_state>::make([&] { return Hash::prepare(random); });
    BOOST_REQUIRE(kept);
    BOOST_TEST(Hash::mac(kept->reveal(shearline::unsafe_reveal), random) == Hash::mac(Hash::prepare(random), random));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(depends_on_every_byte_of_the_key, Hash, engines) {
    key random = random_key();
    const digest_bytes before = Hash::mac(Hash::prepare(random), {});
    for (std::byte& byte : random) {
        byte ^= std::byte{1};
        BOOST_TEST(Hash::mac(Hash::prepare(random), {}) != before);
        byte ^= std::byte{1};
    }
}

BOOST_TEST_DECORATOR(*support::if_stack_is_as_compiled)
BOOST_AUTO_TEST_CASE_TEMPLATE(leaves_no_state_on_the_stack, Hash, engines) {
    static const key random = random_key();
    const auto kept = shearline::guarded<typename Hash::key_state>::make([&] { return Hash::prepare(random); });
    BOOST_REQUIRE(kept);
    const auto& state = kept->reveal(shearline::unsafe_reveal);
    // A state begins with the chaining value: at first what the key has made of it, in the end a digest as words.
    const std::array<std::byte, 40> message{};
    const auto at_first = std::as_bytes(std::span{&state, 1}).template first<32>();
    const key inner = as_words(inner_digest(random, message));
    const key outer = as_words(Hash::mac(state, message));
    for (const auto needle : {std::span<const std::byte, 32>{at_first}, std::span<const std::byte, 32>{inner},
                              std::span<const std::byte, 32>{outer}}) {
        // Where the machine's order is the digest's, these words are what the call gives back, and hide nothing.
        if (std::ranges::equal(needle, Hash::mac(state, message))) continue;
        BOOST_TEST(!support::leaves_on_stack(needle, [&] { return Hash::mac(state, message); }));
    }
    BOOST_TEST(support::leaves_on_stack(inner, [&] { support::copy_and_forget(inner); }));
}

BOOST_AUTO_TEST_SUITE_END()

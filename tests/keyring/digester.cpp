// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/keyring/digester.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>

#include "../support/hex.hpp"
#include "../support/printers.hpp"
#include "../support/temporary_folder.hpp"

namespace shearline::inline v0_1::detail {
static std::ostream& operator<<(std::ostream& out, digest_match found) {
    return out << "match " << static_cast<int>(found);
}
}  // namespace shearline::inline v0_1::detail

using namespace shearline;
using namespace shearline::detail;

namespace {

struct renamed_hash : hmac_sha256 {
    static constexpr std::string_view name = "renamed-hash";
};

/// A keyring with one key of each kind, of constant bytes.
keyring fixed_ring(std::size_t proof_keys = 1) {
    const support::temporary_folder folder;
    detail::keyring_file::contents keys;
    std::array<std::byte, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i + 1);
    for (const key_kind kind : detail::keyring_file::kinds) {
        if (kind == key_kind::proof && proof_keys == 0) continue;
        auto made = detail::keyring_file::make_entry(kind, 1, key_status::current, bytes);
        BOOST_REQUIRE(made);
        keys.of(kind).push_back(*std::move(made));
    }
    const auto text = detail::keyring_file::print(keys);
    BOOST_REQUIRE(text);
    BOOST_REQUIRE(create_private_file(folder.file("ring"), text->reveal(unsafe_reveal)));
    auto ring = keyring::open(folder.file("ring"));
    BOOST_REQUIRE(ring);
    return *std::move(ring);
}

template <typename Hash>
digester<Hash> digester_of(const keyring& ring) {
    auto made = digester<Hash>::make(ring, "key", "instance", environment::live);
    BOOST_REQUIRE(made);
    return *std::move(made);
}

const std::string text = "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV";
const std::span<const std::byte> message = std::as_bytes(std::span{text});

}  // namespace

BOOST_AUTO_TEST_SUITE(a_digester)

BOOST_AUTO_TEST_CASE(of_hmac_sha256_gives_the_digests_that_it_always_gave) {  // what stores hold depends on this
    const keyring ring = fixed_ring();
    const std::string golden = "$hmac-sha256$k=1$0000000000g$uuHg7zNXwIbc3mYZFO9cvfQYHlkCZdbNrtVIBr8TQvs";
    BOOST_TEST(digester_of<hmac_sha256>(ring).digest(message).to_phc(handle{42}) == golden);
    BOOST_TEST(digester_of<openssl_hmac_sha256>(ring).digest(message).to_phc(handle{42}) == golden);
}

BOOST_AUTO_TEST_CASE(names_its_hash_in_every_digest) {
    const stored_digest made = digester_of<renamed_hash>(fixed_ring()).digest(message);
    BOOST_TEST(made.hash.view() == "renamed-hash");
    BOOST_TEST(made.to_phc(handle{42}).starts_with("$renamed-hash$k=1$"));
}

BOOST_AUTO_TEST_CASE(has_subkeys_of_its_own_for_each_hash) {  // the two hash alike, and differ only in their names
    const keyring ring = fixed_ring();
    const auto one = digester_of<hmac_sha256>(ring).digest(message);
    const auto other = digester_of<renamed_hash>(ring).digest(message);
    BOOST_TEST(one.mac != other.mac);
}

BOOST_AUTO_TEST_CASE(refuses_a_digest_of_another_hash_even_where_its_bytes_are_right) {
    const auto hashes = digester_of<hmac_sha256>(fixed_ring());
    stored_digest stored = hashes.digest(message);
    BOOST_TEST(hashes.check(stored, message) == digest_match::yes);
    stored.hash = hash_name{"renamed-hash"};
    BOOST_TEST(hashes.check(stored, message) == digest_match::other_hash);
}

BOOST_AUTO_TEST_CASE(of_proof_keys_gives_what_another_program_gives) {  // Python's hmac, from the same labels
    store_id store{};
    for (std::size_t i = 0; i < store.size(); ++i) store[i] = static_cast<std::byte>(i);
    const keyring ring = fixed_ring();
    const auto made = digester<hmac_sha256>::of_proofs(ring, "credential", store);
    BOOST_REQUIRE(made);
    const stored_digest proof = made->digest(message);
    BOOST_TEST(proof.pepper == 1U);
    BOOST_TEST(support::hex_of(proof.mac) == "21fc9aa54d2a608f322c81ad2159f643d89f10915c91c3ddc3edaee4a3081220");
    BOOST_TEST(made->check(proof, message) == digest_match::yes);
    const auto with_openssl = digester<openssl_hmac_sha256>::of_proofs(ring, "credential", store);
    BOOST_REQUIRE(with_openssl);
    BOOST_TEST(with_openssl->digest(message).mac == proof.mac);
    const auto peppered = digester<hmac_sha256>::make(ring, "credential", "instance", environment::live);
    BOOST_REQUIRE(peppered);
    BOOST_TEST(peppered->digest(message).mac != proof.mac);
}

BOOST_AUTO_TEST_CASE(of_proof_keys_needs_a_keyring_that_has_one) {
    const auto made = digester<hmac_sha256>::of_proofs(fixed_ring(0), "credential", store_id{});
    BOOST_REQUIRE(!made);
    BOOST_TEST(made.error().code() == errc::wrong_keyring);
    BOOST_TEST(made.error().context().find("prove_store") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_proof_keys_makes_proofs_with_the_current_one_and_checks_those_of_retired_ones) {
    const keyring one = fixed_ring();
    const auto two = one.with_new_proof_key();
    BOOST_REQUIRE(two);
    const auto older = digester<hmac_sha256>::of_proofs(one, "credential", store_id{});
    const auto newer = digester<hmac_sha256>::of_proofs(*two, "credential", store_id{});
    BOOST_REQUIRE(static_cast<bool>(older));
    BOOST_REQUIRE(static_cast<bool>(newer));
    const stored_digest old_proof = older->digest(message);
    const stored_digest new_proof = newer->digest(message);
    BOOST_TEST(new_proof.pepper == 2U);
    BOOST_TEST(newer->check(old_proof, message) == digest_match::yes);
    BOOST_TEST(newer->is_outdated(old_proof));
    BOOST_TEST(!newer->is_outdated(new_proof));
    BOOST_TEST(older->check(new_proof, message) == digest_match::no_such_pepper);
}

BOOST_AUTO_TEST_SUITE_END()

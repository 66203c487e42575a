// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/store/row_prover.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/prove_store.hpp>

#include "../support/keyrings.hpp"
#include "../support/printers.hpp"
#include "row_vectors.hpp"

namespace {

using namespace shearline;
using namespace support;
using prover = detail::row_prover<hmac_sha256>;

store_id store_of(unsigned number) {
    store_id id{};
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::byte>(number + i);
    return id;
}

/// One row of each kind, and its proof.
struct rows {
    explicit rows(const prover& with) : vector{row_vectors("credential").at(2)}, owner{vector.owner} {
        owner.proof = with.of(owner, vector.keys);
        entry = entry_of(row_vectors("entry").at(0));
        entry.proof = with.of(entry, "acme", "issue");
        identity = {with.store(), "version 1\n", {}};
        identity.proof = with.of(identity);
    }

    /// How many of the three a prover takes.
    [[nodiscard]] int proved(const prover& by) const {
        return int{by.is_proved(owner, vector.keys)} + int{by.is_proved(entry, "acme", "issue")} +
               int{by.is_proved(identity)};
    }

    vector_credential vector;
    scanned_credential owner;
    idempotency_entry entry;
    store_identity identity;
};

using both_hashes = std::tuple<hmac_sha256, openssl_hmac_sha256>;

prover prover_of(const keyring& ring, unsigned store = 0) { return must(prover::make(ring, store_of(store))); }

template <typename... Parts>
using hash_of = detail::proof_hash<policies<key_format<"instance">, Parts...>>;
struct renamed_hash : hmac_sha256 {
    static constexpr std::string_view name = "renamed-hash";
};
static_assert(std::is_same_v<hash_of<>, hmac_sha256>);
static_assert(std::is_same_v<hash_of<renamed_hash>, hmac_sha256>);  // a proof is an HMAC-SHA256 whatever the digests
static_assert(std::is_same_v<hash_of<openssl_hmac_sha256>, openssl_hmac_sha256>);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_row_prover)

/// Each kind of row has a subkey of its own: with another one, these proofs would be others.
BOOST_AUTO_TEST_CASE_TEMPLATE(gives_the_proofs_that_another_program_computes, Hash, both_hashes) {
    const auto by = must(detail::row_prover<Hash>::make(ring_of(golden_2), store_of(0)));
    BOOST_TEST(by.store() == store_of(0));
    for (const row_vector& one : row_vectors("credential")) {
        vector_credential row{one};
        const row_proof made = by.of(row.owner, row.keys);
        BOOST_TEST(made.key == 3U);
        BOOST_TEST(hex_of(made.mac) == one.text("proof"), one.comment());
        BOOST_TEST(!by.is_proved(row.owner, row.keys));
        row.owner.proof = made;
        BOOST_TEST(by.is_proved(row.owner, row.keys));
    }
    for (const row_vector& one : row_vectors("entry")) {
        idempotency_entry entry = entry_of(one);
        entry.proof = by.of(entry, one.text("tenant"), one.text("operation"));
        BOOST_TEST(entry.proof.key == 3U);
        BOOST_TEST(hex_of(entry.proof.mac) == one.text("proof"), one.comment());
        BOOST_TEST(by.is_proved(entry, one.text("tenant"), one.text("operation")));
    }
    for (const row_vector& one : row_vectors("identity")) {
        store_identity identity{store_of(0), description_of(one), {}};
        identity.proof = by.of(identity);
        BOOST_TEST(identity.proof.key == 3U);
        BOOST_TEST(hex_of(identity.proof.mac) == one.text("proof"), one.comment());
        BOOST_TEST(by.is_proved(identity));
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_row_that_was_changed) {
    const prover by = prover_of(new_ring());
    const rows good{by};
    BOOST_TEST(good.proved(by) == 3);

    scanned_credential owner = good.owner;
    owner.scopes = "contacts:read contacts:write contacts:admin";
    BOOST_TEST(!by.is_proved(owner, good.vector.keys));
    BOOST_TEST(!by.is_proved(good.owner, {}));
    auto keys = good.vector.keys;
    keys[1].state = key_state::active;
    BOOST_TEST(!by.is_proved(good.owner, keys));
    std::swap(keys[0], keys[1]);
    keys[0].state = key_state::retiring;
    BOOST_TEST(by.is_proved(good.owner, keys));  // their order is nothing that is proved

    idempotency_entry entry = good.entry;
    entry.handle = handle{8};
    BOOST_TEST(!by.is_proved(entry, "acme", "issue"));
    BOOST_TEST(!by.is_proved(good.entry, "other", "issue"));
    BOOST_TEST(!by.is_proved(good.entry, "acme", "rotate"));
    store_identity identity = good.identity;
    identity.keyring = "version 2\n";
    BOOST_TEST(!by.is_proved(identity));
}

BOOST_AUTO_TEST_CASE(refuses_a_proof_with_any_bit_changed) {
    const prover by = prover_of(new_ring());
    rows row{by};
    for (row_proof* const proof : {&row.owner.proof, &row.entry.proof, &row.identity.proof}) {
        for (std::size_t bit = 0; bit < 256; ++bit) {
            std::byte& at = proof->mac[bit / 8];
            at ^= std::byte{1} << (bit % 8);
            BOOST_TEST(row.proved(by) == 2, "bit " << bit);
            at ^= std::byte{1} << (bit % 8);
        }
        for (const std::uint32_t number : {0U, 2U, 4'294'967'295U}) {
            const std::uint32_t right = std::exchange(proof->key, number);
            BOOST_TEST(row.proved(by) == 2, "key " << number);
            proof->key = right;
        }
    }
    BOOST_TEST(row.proved(by) == 3);
}

BOOST_AUTO_TEST_CASE(refuses_the_rows_of_another_store_and_of_another_keyring) {
    const keyring ring = new_ring();
    const rows row{prover_of(ring)};
    BOOST_TEST(row.proved(prover_of(ring)) == 3);
    BOOST_TEST(row.proved(prover_of(ring, 1)) == 0);
    BOOST_TEST(row.proved(prover_of(new_ring())) == 0);
    store_identity renamed = row.identity;
    renamed.id = store_of(1);
    BOOST_TEST(!prover_of(ring).is_proved(renamed));
    BOOST_TEST(!prover_of(ring, 1).is_proved(renamed));
}

BOOST_AUTO_TEST_CASE(takes_no_proof_of_one_kind_of_row_for_another) {
    const prover by = prover_of(new_ring());
    rows row{by};
    const row_proof proofs[] = {row.owner.proof, row.entry.proof, row.identity.proof};
    for (std::size_t turn = 1; turn < 3; ++turn) {
        row.owner.proof = proofs[turn];
        row.entry.proof = proofs[(turn + 1) % 3];
        row.identity.proof = proofs[(turn + 2) % 3];
        BOOST_TEST(row.proved(by) == 0);
    }
}

BOOST_AUTO_TEST_CASE(believes_the_proofs_of_a_retired_key_and_none_of_a_dropped_one) {
    const keyring one = new_ring();
    const keyring two = must(one.with_new_proof_key());
    const keyring dropped = must(detail::proof_key_dropper::drop(two, 1));
    const rows older{prover_of(one)};
    const rows newer{prover_of(two)};
    BOOST_TEST(older.owner.proof.key == 1U);
    BOOST_TEST(newer.owner.proof.key == 2U);
    BOOST_TEST(older.proved(prover_of(two)) == 3);
    BOOST_TEST(newer.proved(prover_of(two)) == 3);
    BOOST_TEST(older.proved(prover_of(dropped)) == 0);
    BOOST_TEST(newer.proved(prover_of(dropped)) == 3);
    BOOST_TEST(newer.proved(prover_of(one)) == 0);

    BOOST_TEST(prover_of(one).is_current(older.owner.proof));
    BOOST_TEST(!prover_of(two).is_current(older.owner.proof));
    BOOST_TEST(prover_of(two).is_current(newer.owner.proof));
    BOOST_TEST(!prover_of(two).is_current(row_proof{}));
    BOOST_TEST(prover_of(dropped).is_current(newer.owner.proof));
    BOOST_TEST(rows{prover_of(dropped)}.owner.proof.mac == newer.owner.proof.mac);
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_peppers_and_sealing_keys) {
    const keyring one = new_ring();
    const keyring later = must(must(must(one.with_new_pepper()).with_new_sealing_key()).without_pepper(1));
    BOOST_TEST(rows{prover_of(one)}.proved(prover_of(later)) == 3);
    BOOST_TEST(rows{prover_of(later)}.proved(prover_of(one)) == 3);
}

BOOST_AUTO_TEST_CASE(needs_a_keyring_with_a_proof_key) {
    const auto made = prover::make(ring_of(golden), store_of(0));
    BOOST_TEST(code_of(made) == errc::wrong_keyring);
    BOOST_TEST(made.error().context().find("prove_store") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

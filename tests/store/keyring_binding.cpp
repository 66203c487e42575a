// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Which keyring opens a store: the one that it was used with last, or a later one of it, and no other.
#include <shearline/store/keyring_binding.hpp>

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/format/key_format.hpp>
#include <shearline/prove_store.hpp>
#include <shearline/store/store_binding.hpp>

#include "../support/keyrings.hpp"
#include "../support/stores.hpp"

using namespace support;

namespace {

template <typename Store>
result<store_identity> bind(Store& store, const keyring& ring) {
    return store.transact([&](auto& tx) { return detail::bind_keyring<hmac_sha256>(tx, ring); });
}

template <typename Store>
store_identity identity_of(Store& store) {
    const auto known = must(store.identity());
    BOOST_REQUIRE(known.has_value());
    return *known;
}

template <typename Store>
void put(Store& store, const store_identity& identity) {
    must(store.transact([&](auto& tx) { return tx.put(identity); }));
}

bool is_same(const store_identity& one, const store_identity& other) {
    return one.id == other.id && one.keyring == other.keyring && one.proof.key == other.proof.key &&
           one.proof.mac == other.proof.mac;
}

/// Checks that a keyring does not open a store, for this reason, and that the store keeps what it says of its keyring.
template <typename Store>
void is_refused(Store& store, const keyring& ring, std::string_view words, errc code = errc::wrong_keyring) {
    const auto before = must(store.identity());
    const auto bound = bind(store, ring);
    BOOST_TEST_CONTEXT(words) {
        BOOST_TEST(!bound);
        if (bound) return;
        BOOST_TEST(bound.error().code() == code, bound.error().message());
        BOOST_TEST(bound.error().context().find(words) != std::string::npos, bound.error().message());
        const auto after = must(store.identity());
        BOOST_REQUIRE(after.has_value() == before.has_value());
        if (after) BOOST_TEST(is_same(*after, *before));
    }
}

/// The sample credential with a proof that was made with this proof key, and its key, as an authority would write them.
template <typename Store>
void issue_proved(Store& store, std::uint32_t number, std::uint32_t proof_key) {
    must(issue(store, number));
    must(store.transact(
        [&](auto& tx) { return tx.prove(id_of(number), digest_bytes{}, row_proof{.key = proof_key, .mac = {}}); }));
}

keyring without_proof(const keyring& ring, std::uint32_t number) {
    return must(detail::proof_key_dropper::drop(ring, number));
}

/// All of what a store says of a keyring; nothing for another text.
std::optional<std::pair<std::uint64_t, std::vector<detail::described_key>>> read_description(std::string_view text) {
    std::pair<std::uint64_t, std::vector<detail::described_key>> read;
    if (!detail::read_version(text, read.first)) return std::nullopt;
    while (!text.empty())
        if (!detail::read_key(text, read.second.emplace_back())) return std::nullopt;
    return read;
}

/// What the golden keyring of version 2 is: see support/golden_keyring.hpp.
const std::string golden_description =
    "version 15\n"
    "pepper 1 dropped 0000000000000000\n"
    "pepper 2 retired ab5f30881a81d6dd\n"
    "pepper 3 current a50029dfb43dd64b\n"
    "sealing 1 current 5d6eaa0436afda34\n"
    "proof 1 dropped 0000000000000000\n"
    "proof 2 retired 5166f0c3950d93d3\n"
    "proof 3 current 7e676e67a277a629\n";

std::string with(std::string_view passage, std::string_view by, std::string text = golden_description) {
    const std::size_t at = text.find(passage);
    BOOST_REQUIRE(at != std::string::npos);
    return text.replace(at, passage.size(), by);
}

constexpr std::string_view edited = "was edited";
constexpr std::string_view older = "is an older copy";

}  // namespace

BOOST_AUTO_TEST_SUITE(a_described_keyring)

BOOST_AUTO_TEST_CASE(has_its_version_and_a_line_for_each_key) {
    BOOST_TEST(detail::describe(ring_of(golden_2)) == golden_description);
}

BOOST_AUTO_TEST_CASE(is_read_as_it_was_written) {
    const auto read = read_description(golden_description);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->first == 15U);
    BOOST_REQUIRE(read->second.size() == 7U);
    const detail::described_key& key = read->second[5];
    BOOST_TEST(key.kind == key_kind::proof);
    BOOST_TEST(key.number == 2U);
    BOOST_TEST((key.status == key_status::retired));
    BOOST_TEST(key.check == ring_of(golden_2).proof_keys()[1].check);
    const auto older_one = read_description("version 0\npepper 1 - ab5f30881a81d6dd\n");  // of before proofs
    BOOST_REQUIRE(older_one.has_value());
    BOOST_TEST(older_one->first == 0U);
    BOOST_TEST(!older_one->second.at(0).status.has_value());
    BOOST_TEST(read_description("version 1\n")->second.empty());
}

BOOST_AUTO_TEST_CASE(is_not_read_where_it_was_edited) {
    for (const std::string& text : {std::string{},
                                    std::string{"\n"},
                                    std::string{"15\n"},
                                    with("version 15", "version"),
                                    with("version 15", "version "),
                                    with("version 15", "version 015"),
                                    with("version 15", "version -1"),
                                    with("version 15", "version 1 5"),
                                    with("version 15", "Version 15"),
                                    with("version 15", "version 99999999999999999999"),
                                    with("pepper 2", "peppers 2"),
                                    with("pepper 2", "pepper 0"),
                                    with("pepper 2", "pepper 02"),
                                    with("pepper 2", "pepper"),
                                    with("pepper 2", "pepper 4294967296"),
                                    with("retired", "Retired"),
                                    with("retired", ""),
                                    with("retired", "gone"),
                                    with("ab5f30881a81d6dd", "ab5f30881a81d6d"),
                                    with("ab5f30881a81d6dd", "ab5f30881a81d6ddd"),
                                    with("ab5f30881a81d6dd", "AB5f30881a81d6dd"),
                                    with("ab5f30881a81d6dd", "gb5f30881a81d6dd"),
                                    with("ab5f30881a81d6dd", "ab5f30881a81d6d "),
                                    with("ab5f30881a81d6dd", ""),
                                    golden_description + "\n",
                                    golden_description + "proof"}) {
        BOOST_TEST(!read_description(text).has_value(), text);
        const auto checked = detail::check_continues(ring_of(golden_2), text);
        BOOST_TEST(code_of(checked) == errc::wrong_keyring);
        BOOST_TEST(checked.error().context().find(edited) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(is_continued_by_itself_and_by_every_later_one) {
    const keyring ring = ring_of(golden_2);
    store_id other{};
    other[0] = std::byte{7};
    for (const keyring& later :
         {ring, must(ring.with_new_pepper()), must(ring.with_new_sealing_key()), must(ring.with_new_proof_key()),
          must(ring.without_pepper(2)), without_proof(ring, 2), ring.with_proved_store(other, true),
          ring.with_proved_store(ring.proved_stores()[0], false)}) {
        must(detail::check_continues(later, golden_description));
        must(detail::check_continues(later, detail::describe(later)));
        if (later.version() == ring.version()) continue;
        BOOST_TEST(code_of(detail::check_continues(ring, detail::describe(later))) == errc::wrong_keyring);
    }
    must(detail::check_continues(ring, "version 0\npepper 2 - ab5f30881a81d6dd\nsealing 1 - 5d6eaa0436afda34\n"));
}

BOOST_AUTO_TEST_CASE(is_not_continued_by_an_older_copy_or_another_one) {
    const keyring ring = ring_of(golden_2);
    const auto why = [&](const keyring& by, const std::string& described) {
        const auto checked = detail::check_continues(by, described);
        BOOST_TEST(code_of(checked) == errc::wrong_keyring);
        return checked.error().context();
    };
    const auto says = [&](const std::string& context, std::string_view words) {
        BOOST_TEST(context.find(words) != std::string::npos, context);
    };
    says(why(ring, with("sealing 1", "pepper 4 current 0123456789abcdef\nsealing 1")), "lacks pepper 4");
    says(why(ring, with("proof 1", "sealing 2 current 0123456789abcdef\nproof 1")), "lacks sealing key 2");
    says(why(ring, golden_description + "proof 4 current 0123456789abcdef\n"), "lacks proof key 4");
    says(why(ring, detail::describe(must(ring.with_new_pepper()))), "pepper 3 was retired");
    says(why(ring, detail::describe(must(ring.with_new_sealing_key()))), "sealing key 1 was retired");
    says(why(ring, detail::describe(must(ring.with_new_proof_key()))), "proof key 3 was retired");
    says(why(ring, detail::describe(must(ring.without_pepper(2)))), "pepper 2 was dropped");
    says(why(ring, detail::describe(without_proof(ring, 2))), "proof key 2 was dropped");
    says(why(ring, with("pepper 3 current", "pepper 3 retired")), "pepper 3 was retired");
    says(why(ring, detail::describe(ring.with_proved_store(store_id{}, true))), "older copy");  // by its version alone
    says(why(ring, with("version 15", "version 16")), "older copy");
    says(why(ring, with("5166f0c3950d93d3", "5166f0c3950d93d2")), "proof key 2 of this keyring is not the one");
    says(why(ring, with("5d6eaa0436afda34", "5d6eaa0436afda35")), "sealing key 1 of this keyring is not the one");
    says(why(ring, "version 0\npepper 2 - ab5f30881a81d6de\n"), "pepper 2 of this keyring is not the one");
    says(why(new_ring(), golden_description), "is not the one");
    says(why(ring_of(golden), golden_description), "lacks proof key 1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_store_and_its_keyring)

BOOST_AUTO_TEST_CASE_TEMPLATE(are_bound_when_the_store_is_new, Place, places) {
    Place place;
    Place another;
    const keyring ring = new_ring();
    const store_identity made = must(bind(place.store, ring));
    BOOST_TEST(made.keyring == detail::describe(ring));
    BOOST_TEST(made.proof.key == 1U);
    BOOST_TEST(made.id != store_id{});
    BOOST_TEST(must(detail::row_prover<hmac_sha256>::make(ring, made.id)).is_proved(made));
    BOOST_TEST(is_same(identity_of(place.store), made));
    BOOST_TEST(is_same(must(bind(place.store, ring)), made));  // and stay so
    must(issue(place.store, 1));
    BOOST_TEST(is_same(must(bind(place.store, ring)), made));
    BOOST_TEST(must(bind(another.store, ring)).id != made.id);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_bound_anew_for_a_later_keyring_and_never_for_an_older_one, Place, places) {
    Place place;
    std::vector<keyring> rings{new_ring()};
    const store_identity first = must(bind(place.store, rings[0]));
    must(issue(place.store, 1));
    rings.push_back(must(rings.back().with_new_pepper()));
    rings.push_back(must(rings.back().without_pepper(1)));
    rings.push_back(must(rings.back().with_new_proof_key()));
    rings.push_back(must(rings.back().with_new_sealing_key()));
    rings.push_back(rings.back().with_proved_store(store_id{}, false));
    for (std::size_t i = 1; i < rings.size(); ++i) {
        const store_identity next = must(bind(place.store, rings[i]));
        BOOST_TEST(next.id == first.id);
        BOOST_TEST(next.keyring == detail::describe(rings[i]));
        BOOST_TEST(next.proof.key == rings[i].proof_keys().size());
        BOOST_TEST(is_same(identity_of(place.store), next));
        for (std::size_t before = 0; before < i; ++before)
            is_refused(place.store, rings[before], before < 3 && i >= 3 ? "lacks proof key 2" : "older copy");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_not_bound_where_a_keyring_is_an_older_copy_by_each_sign_alone, Place, places) {
    Place place;
    const keyring one = new_ring();
    const keyring two = must(one.with_new_pepper());
    const keyring dropped = must(two.without_pepper(1));
    must(bind(place.store, two));
    is_refused(place.store, one, "pepper 1 was retired since");
    must(bind(place.store, dropped));
    is_refused(place.store, two, "pepper 1 was dropped since");
    const keyring proved = dropped.with_proved_store(identity_of(place.store).id, false);
    must(bind(place.store, proved));
    is_refused(place.store, dropped, older.substr(3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_not_bound_where_the_keyring_is_another_one, Place, places) {
    Place place;
    const keyring ring = new_ring();
    must(bind(place.store, ring));
    is_refused(place.store, new_ring(), "pepper 1 of this keyring is not the one");
    is_refused(place.store, ring_of(golden_2), "is not the one");
    is_refused(place.store, ring_of(golden), "no proof key");
    must(bind(place.store, ring));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_not_bound_where_the_row_was_edited, Place, places) {
    Place place;
    const keyring ring = must(new_ring().with_new_pepper());
    const store_identity good = must(bind(place.store, ring));
    must(issue(place.store, 1));
    const auto edit = [&](auto change, std::string_view words) {
        store_identity row = good;
        change(row);
        put(place.store, row);
        is_refused(place.store, ring, words);
        is_refused(place.store, must(ring.with_new_proof_key()), words);
    };
    // An older copy of the keyring would fit each of these.
    edit([](auto& row) { row.keyring = with("version 6", "version 5", row.keyring); }, edited);
    edit([](auto& row) { row.keyring = with("1 retired", "1 current", row.keyring); }, edited);
    edit([](auto& row) { row.keyring.erase(row.keyring.find("pepper 2"), 34); }, edited);
    edit([](auto& row) { row.keyring = "version 0\n"; }, edited);
    edit([](auto& row) { row.keyring.clear(); }, edited);
    edit([](auto& row) { row.keyring += ' '; }, edited);
    edit([](auto& row) { row.id[15] ^= std::byte{1}; }, edited);
    edit([](auto& row) { row.proof.mac[0] ^= std::byte{1}; }, edited);
    edit([](auto& row) { row.proof.key = 3; }, "lacks proof key 3");
    edit([](auto& row) { row.proof.key = 0; }, "no proof of its keyring");
    put(place.store, good);
    must(bind(place.store, ring));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_not_bound_by_the_proof_of_another_store, Place, places) {
    Place place;
    Place another;
    const keyring ring = new_ring();
    const store_identity good = must(bind(place.store, ring));
    const store_identity foreign = must(bind(another.store, ring));
    must(issue(place.store, 1));
    BOOST_TEST(foreign.keyring == good.keyring);
    store_identity mixed = good;
    mixed.proof = foreign.proof;
    put(place.store, mixed);
    is_refused(place.store, ring, edited);
    // The whole row names the other store: it is believed, and no row of this one is proved under that name.
    put(place.store, foreign);
    BOOST_TEST(must(bind(place.store, ring)).id == foreign.id);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_not_bound_where_the_proof_is_gone_and_the_store_has_rows, Place, places) {
    Place place;
    const keyring ring = new_ring();
    must(issue(place.store, 1));
    is_refused(place.store, ring, "no proof of its keyring");
    const keyring from_before = must(ring_of(golden).with_new_proof_key());  // it may still vouch for such a store
    is_refused(place.store, from_before, "call `prove_store` once");
    is_refused(place.store, ring_of(golden), "call `prove_store` once");
    is_refused(place.store, from_before.with_proved_store(store_id{}, false), "no proof of its keyring");
    is_refused(place.store, from_before.with_proved_store(store_id{}, true), "call `prove_store` once");
    // What a store of before proofs says of its keyring is no proof.
    put(place.store, {.id = {}, .keyring = "version 0\n", .proof = {}});
    is_refused(place.store, ring, "no proof of its keyring");
    is_refused(place.store, from_before, "call `prove_store` once");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_bound_where_a_store_of_before_proofs_is_empty, Place, places) {
    Place place;
    put(place.store, {.id = {}, .keyring = "version 0\npepper 1 - 0123456789abcdef\n", .proof = {}});
    const keyring ring = new_ring();
    const store_identity made = must(bind(place.store, ring));
    BOOST_TEST(made.keyring == detail::describe(ring));
    BOOST_TEST(made.id != store_id{});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(need_a_keyring_with_a_proof_key, Place, places) {
    Place place;
    is_refused(place.store, ring_of(golden), "prove_store");
    BOOST_TEST(!must(place.store.identity()).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_not_bound_without_a_proof_key_that_rows_still_need, Place, places) {
    Place place;
    const keyring one = new_ring();
    must(bind(place.store, one));
    issue_proved(place.store, 1, 1);
    const keyring two = must(one.with_new_proof_key());
    must(bind(place.store, two));  // it is retired, and may be needed
    const keyring dropped = without_proof(two, 1);
    is_refused(place.store, dropped, "proved with proof key 1", errc::illegal_state);
    BOOST_TEST(code_of(without_proof_key(two, 1, place.store)) == errc::illegal_state);
    must(place.store.transact(
        [](auto& tx) { return tx.prove(id_of(1), digest_bytes{}, row_proof{.key = 2, .mac = {}}); }));
    BOOST_TEST(must(without_proof_key(two, 1, place.store)).version() == dropped.version());
    const store_identity bound = must(bind(place.store, dropped));
    BOOST_TEST(bound.keyring == detail::describe(dropped));
    is_refused(place.store, two, "proof key 1 was dropped since");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keep_a_proof_key_that_only_the_row_about_the_keyring_needs, Place, places) {
    Place place;
    Place other;
    const keyring one = new_ring();
    must(bind(place.store, one));
    must(bind(other.store, one));
    const keyring two = must(one.with_new_proof_key());
    must(bind(other.store, two));
    BOOST_TEST(code_of(without_proof_key(two, 1, other.store, place.store)) == errc::illegal_state);
    must(bind(place.store, two));  // which makes a new proof
    const keyring dropped = must(without_proof_key(two, 1, other.store, place.store));
    must(bind(place.store, dropped));
    must(bind(other.store, dropped));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_bound_in_one_transaction_with_the_hash_and_what_follows, Place, places) {
    using bundle = policies<key_format<"instance">>;
    Place place;
    const keyring ring = new_ring();
    const auto failed = detail::bind_store<bundle>(place.store, ring, [](const store_identity&) -> result<void> {
        return error{errc::unavailable, "no"};
    });
    BOOST_TEST(code_of(failed) == errc::unavailable);
    BOOST_TEST(!must(place.store.identity()).has_value());
    store_id seen{};
    must(detail::bind_store<bundle>(place.store, ring, [&](const store_identity& bound) -> result<void> {
        seen = bound.id;
        return {};
    }));
    BOOST_TEST(seen == identity_of(place.store).id);
    BOOST_TEST(must(place.store.transact([](auto& tx) {
                   return tx.bind_hash("instance", hash_name{"another-hash"});
               })) == hash_name{"hmac-sha256"});
}

BOOST_AUTO_TEST_SUITE_END()

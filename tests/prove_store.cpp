// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Stores and keyrings of before proofs, vouched for once; and a proof key that is replaced and dropped.
#include <shearline/prove_store.hpp>

#include <string>
#include <vector>

#include "support/old_world.hpp"

using namespace shearline;
using namespace support;
using namespace support::before_proofs;

namespace {

using bundle = old_world::bundle;

}  // namespace

BOOST_AUTO_TEST_SUITE(a_store_of_before_proofs)

BOOST_AUTO_TEST_CASE(is_refused_until_somebody_vouches_for_it) {
    old_world w;
    const keyring ring = must(keyring::open(w.file));
    const auto opened = old_world::keys_type::open(w.opened.store, ring, w.clock);
    BOOST_TEST(code_of(opened) == errc::wrong_keyring);
    BOOST_TEST(opened.error().context().find("prove_store") != std::string::npos);
    BOOST_TEST(code_of(verifier<bundle, sqlite_store>::open(w.opened.store, ring)) == errc::wrong_keyring);
    BOOST_TEST(!w.grants());
    BOOST_TEST(must(w.prove()) == 2U);
    BOOST_TEST(w.asked.credentials == 2U);
    BOOST_TEST(w.asked.text().find("2 credentials") != std::string::npos);
    BOOST_TEST(w.grants());
    const auto keys = must(old_world::keys_type::open(w.opened.store, must(keyring::open(w.file)), w.clock));
    for (const credential_view& one : must(keys.list()).items) BOOST_TEST(one.proved);
    BOOST_TEST(must(keys.audit({.limit = 2})).items.front().action == "prove");
}

BOOST_AUTO_TEST_CASE(is_not_touched_if_the_answer_is_no) {
    old_world w;
    const std::string before = content_of(w.file);
    BOOST_TEST(must(w.prove(false)) == 0U);
    BOOST_TEST(w.asked.credentials == 2U);
    BOOST_TEST(content_of(w.file) == before);
    BOOST_TEST(!w.grants());
}

BOOST_AUTO_TEST_CASE(is_vouched_for_once) {
    old_world w;
    BOOST_TEST(must(w.prove()) == 2U);
    w.asked = {};
    BOOST_TEST(must(w.prove()) == 0U);  // there is nothing to do, so nobody is asked
    BOOST_TEST(w.asked.credentials == 0U);
    const keyring ring = must(keyring::open(w.file));
    BOOST_TEST(!ring.may_prove_stores());
    BOOST_TEST(ring.proved_stores().size() == 1U);
    // The store is set back, as it was before: now that is an attack.
    old_world::forget_proofs(w.path);
    BOOST_TEST(code_of(w.prove()) == errc::wrong_keyring);
    BOOST_TEST(w.asked.credentials == 0U);
    BOOST_TEST(!w.grants());
}

BOOST_AUTO_TEST_CASE(may_be_one_of_several) {
    old_world w;
    old_world other;
    write(other.file, content_of(w.file));
    other.ring = w.ring;
    auto second = must(sqlite_store::open(w.folder.file("second.db")));
    {
        auto keys = must(old_world::keys_type::open(second, w.ring, w.clock));
        (void)must(keys.issue(legacy_sync(), w.admin));
        old_world::forget_proofs(w.folder.file("second.db"));
    }
    const auto yes = [](const store_vouching&) { return true; };
    BOOST_TEST(must(w.prove(true, more_stores::follow)) == 2U);
    BOOST_TEST(must(prove_store<bundle>(second, w.file, w.admin, yes)) == 1U);
    const keyring ring = must(keyring::open(w.file));
    BOOST_TEST(ring.proved_stores().size() == 2U);
    BOOST_TEST(!ring.may_prove_stores());
}

BOOST_AUTO_TEST_CASE(is_vouched_for_again_after_the_power_failed) {
    old_world w;
    const std::string version_1 = content_of(w.file);
    BOOST_TEST(must(w.prove()) == 2U);
    const std::string done = content_of(w.file);
    const std::string with_key = done.substr(0, done.find("store ")) + "stores unproved\n";
    // After the proof key was saved, and before the store said that it is proved.
    old_world::forget_proofs(w.path);
    write(w.file, with_key);
    BOOST_TEST(!w.grants());
    BOOST_TEST(must(w.prove()) == 2U);
    // After the store said so, and before the keyring remembered it.
    write(w.file, with_key);
    BOOST_TEST(w.grants());
    w.asked = {};
    BOOST_TEST(must(w.prove()) == 0U);
    BOOST_TEST(w.asked.credentials == 0U);
    BOOST_TEST(!must(keyring::open(w.file)).may_prove_stores());
    // The file of before, put back, knows no proof key.
    write(w.file, version_1);
    BOOST_TEST(code_of(old_world::keys_type::open(w.opened.store, must(keyring::open(w.file)), w.clock)) ==
               errc::wrong_keyring);
    BOOST_TEST(code_of(w.prove()) == errc::wrong_keyring);
}

BOOST_AUTO_TEST_CASE(is_not_touched_where_the_call_is_wrong) {
    old_world w;
    const std::string before = content_of(w.file);
    const auto yes = [](const store_vouching&) { return true; };
    const std::string nowhere = w.folder.file("nowhere");
    BOOST_TEST(code_of(prove_store<bundle>(w.opened.store, nowhere, w.admin, yes)) == errc::not_found);
    const request_context nobody{.actor = "line\nbreak"};
    BOOST_TEST(code_of(prove_store<bundle>(w.opened.store, w.file, nobody, yes)) == errc::invalid_argument);
    BOOST_TEST(content_of(w.file) == before);
    BOOST_TEST(!w.grants());
    BOOST_TEST(store_vouching{.credentials = 1}.text().find(" 1 credential exactly") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_not_vouched_for_with_another_keyring) {
    old_world w;
    const old_world other;
    write(w.file, content_of(other.file));
    BOOST_TEST(code_of(w.prove()) == errc::wrong_keyring);
    BOOST_TEST(w.asked.credentials == 0U);
    BOOST_TEST(content_of(w.file) == content_of(other.file));
}

BOOST_AUTO_TEST_CASE(has_nothing_to_vouch_for_if_it_is_new) {
    world<memory_store> w;
    bool asked = false;
    const auto note = [&](const store_vouching&) { return asked = true; };
    BOOST_TEST(must(prove_store<bundle>(w.opened.store, w.folder.file("keyring"), w.admin, note)) == 0U);
    BOOST_TEST(!asked);
    (void)w.open<bundle>();
}

BOOST_AUTO_TEST_CASE(that_is_new_ends_what_an_old_keyring_may_vouch_for) {
    world<memory_store> w;
    const std::string file = w.folder.file("keyring");
    write(file, as_version_1(content_of(file)));
    bool asked = false;
    BOOST_TEST(must(prove_store<bundle>(w.opened.store, file, w.admin, [&](const auto&) { return asked = true; })) ==
               0U);
    BOOST_TEST(!asked);
    const keyring ring = must(keyring::open(file));
    BOOST_TEST(!ring.may_prove_stores());
    BOOST_TEST(ring.proved_stores().size() == 1U);
    must(world<memory_store>::authority<bundle>::open(w.opened.store, ring, w.clock));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_proof_key)

BOOST_AUTO_TEST_CASE(is_dropped_once_nothing_is_proved_with_it) {
    world<sqlite_store> w;
    auto keys = w.open<bundle>();
    std::vector<issued_key> issued;
    for (int i = 0; i < 5; ++i) issued.push_back(must(keys.issue(legacy_sync(), w.admin)));
    const keyring first = w.ring;
    BOOST_TEST(code_of(without_proof_key(first, 1, w.opened.store)) == errc::illegal_state);
    const keyring next = must(first.with_new_proof_key());
    must(next.save(w.folder.file("keyring")));
    must(keys.use(next));
    // Another process, which has not read the file again: it verifies, and changes nothing.
    auto others = world<sqlite_store>::authority<bundle>::open(w.opened.store, first, w.clock);
    BOOST_TEST(code_of(others) == errc::wrong_keyring);

    for (const issued_key& one : issued) BOOST_TEST(bool{keys.verify(text_of(one))});
    BOOST_TEST(code_of(without_proof_key(next, 1, w.opened.store)) == errc::illegal_state);
    std::vector<std::uint64_t> proved;
    page_request which{.limit = 2};
    do {
        const reproved done = must(keys.reprove(which));
        BOOST_TEST(done.unproved == 0U);
        proved.push_back(done.proved);
        which.cursor = done.next;
    } while (!which.cursor.empty());
    BOOST_TEST(proved == (std::vector<std::uint64_t>{2, 2, 1}));
    BOOST_TEST(must(keys.reprove()).proved == 0U);
    BOOST_TEST(must(keys.reprove()).seen == 5U);
    const keyring without = must(without_proof_key(next, 1, w.opened.store));
    must(without.save(w.folder.file("keyring")));
    must(keys.use(without));
    for (const issued_key& one : issued) BOOST_TEST(bool{keys.verify(text_of(one))});
    auto fast = must(verifier<bundle, sqlite_store>::open(w.opened.store, without));
    for (const issued_key& one : issued) BOOST_TEST(bool{fast.verify(text_of(one), noon)});
    memory_store other;  // which is not asked, once one has rows that are proved with it
    BOOST_TEST(code_of(without_proof_key(without, 2, w.opened.store, other)) == errc::illegal_state);
    BOOST_TEST(code_of(without_proof_key(without, 1, w.opened.store)) == errc::illegal_state);
    BOOST_TEST(code_of(without_proof_key(without, 2, w.opened.store)) == errc::illegal_state);
    BOOST_TEST(code_of(without_proof_key(without, 3, w.opened.store)) == errc::not_found);
}

BOOST_AUTO_TEST_CASE(is_kept_for_a_token_and_for_a_credential_that_was_edited) {
    world<sqlite_store> w;
    auto keys = w.open<bundle>();
    const issued_key edited = must(keys.issue(legacy_sync(), w.admin));
    const issued_key good =
        must(keys.issue(legacy_sync(), {.actor = "a", .idempotency_token = "0123456789abcdefghijkl"}));
    const keyring next = must(w.ring.with_new_proof_key());
    must(keys.use(next));
    shell{w.folder.file("keys.db")}.run("UPDATE credential SET scopes = '*:*' WHERE id = '" +
                                        edited.credential.to_string() + "'");
    const reproved done = must(keys.reprove());
    BOOST_TEST(done.proved == 1U);
    BOOST_TEST(done.unproved == 1U);
    BOOST_TEST(why_denied(keys.verify(text_of(edited))) == reason::unproved);  // it was not vouched for
    BOOST_TEST(code_of(without_proof_key(next, 1, w.opened.store)) == errc::illegal_state);
    must(keys.revoke(edited.credential, w.admin));
    BOOST_TEST(code_of(without_proof_key(next, 1, w.opened.store)) == errc::illegal_state);  // the token's entry
    w.clock.advance(25h);
    (void)must(keys.issue(legacy_sync(), {.actor = "a", .idempotency_token = "another-token-of-a-day"}));
    must(without_proof_key(next, 1, w.opened.store));
    BOOST_TEST(bool{keys.verify(text_of(good))});
}

BOOST_AUTO_TEST_CASE(that_a_verifier_did_not_know_proves_its_rows_once_it_does) {
    world<sqlite_store> w;
    auto keys = w.open<bundle>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const issued_key other = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<bundle, sqlite_store>::open(w.opened.store, w.ring));
    const keyring next = must(w.ring.with_new_proof_key());
    must(keys.use(next));
    must(keys.resume(key.credential, w.admin));  // which changes nothing, and so proves nothing
    BOOST_TEST(bool{fast.verify(text_of(key), noon)});
    must(keys.suspend(key.credential, w.admin));
    must(keys.resume(key.credential, w.admin));
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon)) == reason::unproved);
    BOOST_TEST(bool{fast.verify(text_of(other), noon)});
    must(fast.use(next));
    must(fast.poll());
    BOOST_TEST(bool{fast.verify(text_of(key), noon)});
    BOOST_TEST(bool{fast.verify(text_of(other), noon)});
}

BOOST_AUTO_TEST_CASE(that_is_no_longer_current_proves_no_change) {
    world<memory_store> w;
    auto keys = w.open<bundle>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto theirs = w.open<bundle>();
    const keyring next = must(w.ring.with_new_proof_key());
    must(theirs.use(next));
    BOOST_TEST(bool{keys.verify(text_of(key))});
    BOOST_TEST(code_of(keys.suspend(key.credential, w.admin)) == errc::wrong_keyring);
    BOOST_TEST(code_of(keys.reprove()) == errc::wrong_keyring);
    must(keys.use(next));
    must(keys.suspend(key.credential, w.admin));
}

BOOST_AUTO_TEST_SUITE_END()

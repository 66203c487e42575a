// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// An authority over a store that fails: it denies, and the store stays consistent.
#include <string>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/fault_store.hpp>
#include <shearline/testing/ledger.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../support/printers.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using faulty = fault_store<memory_store>;
static_assert(key_store<faulty>);

struct world {
    temporary_folder folder;
    result<keyring> ring = keyring::create(folder.file("keyring"));
    memory_store good;
    faulty store{good};
    result<authority<durable_bundle, faulty>> keys = authority<durable_bundle, faulty>::open(store, *ring);

    result<issued_key> issue(std::string token = {}) {
        return keys->issue({.tenant = "acme", .name = "n"},
                           {.actor = "a", .reason = "a test", .idempotency_token = std::move(token)});
    }
    [[nodiscard]] std::size_t credentials() const { return (*good.list({.limit = 1'000}, "")).items.size(); }
};

std::string token_of(int number) { return "a-token-of-this-test-no-" + std::to_string(number); }

std::string text_of(const issued_key& key) { return std::string{key.text.reveal(unsafe_reveal)}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_store_that_fails)

BOOST_FIXTURE_TEST_CASE(before_the_commit_has_changed_nothing, world) {
    const auto key = issue();
    BOOST_REQUIRE(key);
    store.have(fault::before_commit);
    BOOST_TEST(issue().error().code() == errc::unavailable);
    BOOST_TEST(keys->revoke(key->credential, {.actor = "a"}).error().code() == errc::unavailable);
    BOOST_TEST(keys->rotate(key->credential, {.actor = "a"}).error().code() == errc::unavailable);
    store.have(fault::none);
    BOOST_TEST(credentials() == 1U);
    BOOST_TEST(static_cast<bool>(keys->verify(text_of(*key))));
    BOOST_TEST(ledger::halves_in(good) == 0U);
}

BOOST_FIXTURE_TEST_CASE(after_the_commit_is_in_doubt_and_a_repeat_with_the_token_makes_sure, world) {
    for (int i = 0; i < 50; ++i) {
        store.have(fault::after_commit);
        BOOST_TEST(issue(token_of(i)).error().code() == errc::in_doubt);
        store.have(fault::none);
        const auto again = issue(token_of(i));
        BOOST_REQUIRE(again);
        BOOST_TEST(static_cast<bool>(keys->verify(text_of(*again))));
    }
    BOOST_TEST(credentials() == 50U);
    BOOST_TEST(ledger::halves_in(good) == 0U);
    // The control: without a token, the repeat is a new change.
    store.have(fault::after_commit);
    (void)issue();
    store.have(fault::none);
    (void)issue();
    BOOST_TEST(credentials() == 52U);
}

BOOST_FIXTURE_TEST_CASE(while_it_revokes_leaves_a_key_dead_once_it_says_so, world) {
    const auto key = issue();
    BOOST_REQUIRE(key);
    store.have(fault::after_commit);
    const request_context by{.actor = "a", .idempotency_token = token_of(1)};
    BOOST_TEST(keys->revoke(key->credential, by).error().code() == errc::in_doubt);
    store.have(fault::none);
    BOOST_TEST(static_cast<bool>(keys->revoke(key->credential, by)));
    BOOST_TEST(!keys->verify(text_of(*key)));
    BOOST_TEST((*good.changes_after(0, 10)).size() == 2U);  // one revocation, not two
}

BOOST_FIXTURE_TEST_CASE(while_it_is_read_lets_nobody_in, world) {
    const auto key = issue();
    BOOST_REQUIRE(key);
    store.have(fault::reading);
    const verdict answer = keys->verify(text_of(*key));
    BOOST_REQUIRE(!answer);
    BOOST_TEST(answer.denial().reason() == reason::store_unavailable);
    BOOST_TEST(answer.denial().status() == 503U);
    store.have(fault::delay);
    BOOST_TEST(static_cast<bool>(keys->verify(text_of(*key))));
}

BOOST_FIXTURE_TEST_CASE(and_says_things_twice_misleads_no_verifier, world) {
    auto fast = verifier<durable_bundle, faulty>::open(store, *ring);
    BOOST_REQUIRE(fast);
    auto reader = fast->new_reader();
    store.have(fault::duplicate);
    for (int i = 0; i < 20; ++i) {
        const auto key = issue();
        BOOST_REQUIRE(key);
        BOOST_TEST(static_cast<bool>(reader.verify(text_of(*key), system_clock{}.now())));
        if (i % 2 != 0) continue;
        BOOST_REQUIRE(keys->revoke(key->credential, {.actor = "a"}));
        BOOST_TEST(!reader.verify(text_of(*key), system_clock{}.now()));
    }
    store.have(fault::reading);
    BOOST_REQUIRE(keys->issue({.tenant = "t", .name = "n"}, {.actor = "a"}));
    BOOST_TEST(reader.verify("durable_", system_clock{}.now()).denial().status() == 401U);
}

BOOST_AUTO_TEST_SUITE_END()

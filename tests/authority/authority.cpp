// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <boost/mp11/list.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "../support/world.hpp"

namespace {

using namespace shearline;
using namespace support;

using stores = boost::mp11::mp_list<memory_store, sqlite_store>;

constexpr std::string_view token = "AAAAAAAAAAAAAAAAAAAAAA";

std::vector<std::string> actions_of(const page<audit_event>& events) {
    std::vector<std::string> actions;
    actions.reserve(events.items.size());
    for (const audit_event& event : events.items) actions.push_back(event.action);
    return actions;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_authority)

BOOST_AUTO_TEST_CASE_TEMPLATE(grants_an_issued_key_what_its_credential_may_do, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));

    const verdict answer = keys.verify(text_of(key), "contacts:write");
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer.grant().credential() == key.credential);
    BOOST_TEST(answer.grant().tenant() == "acme");
    BOOST_TEST(answer.grant().scopes().size() == 2U);
    BOOST_TEST(answer.grant().handle().value == key.handle.value);
    BOOST_TEST(!answer.grant().retiring_until().has_value());
    BOOST_TEST(!answer.grant().rehash_due());
    BOOST_TEST(bool{keys.verify(text_of(key))});
    BOOST_TEST(why_denied(keys.verify(text_of(key), "contacts:delete")) == reason::missing_scope);
    BOOST_TEST(keys.verify(text_of(key), "contacts:delete").denial().status() == 403U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_a_key_in_which_any_one_character_is_another, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const std::string text{text_of(key)};
    BOOST_REQUIRE(with_right_checksum(text) == text);
    BOOST_REQUIRE(keys.verify(text));

    for (std::size_t i = 0; i < text.size(); ++i) {
        const reason why = why_denied(keys.verify(with_another_letter(text, i)));
        BOOST_TEST((why == reason::malformed || why == reason::wrong_checksum), "character " << i << ": " << why);
    }
    for (std::size_t i = 10; i < 20;
         ++i)  // the handle past its first digit (which says out of range), under a good checksum
        BOOST_TEST(why_denied(keys.verify(with_right_checksum(with_another_letter(text, i)))) ==
                   reason::unknown_handle);
    for (std::size_t i = 20; i < 52; ++i)  // the secret, under a good checksum
        BOOST_TEST(why_denied(keys.verify(with_right_checksum(with_another_letter(text, i)))) == reason::wrong_secret);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_bytes_of_any_length, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const std::string text{text_of(key)};
    for (std::size_t chars = 0; chars < text.size(); ++chars)
        BOOST_TEST(why_denied(keys.verify(std::string_view{text}.substr(0, chars))) == reason::malformed);
    for (const std::size_t chars : {std::size_t{1}, std::size_t{100}, std::size_t{1} << 20U})
        for (const char filler : {'\0', 'a', '\xff'})
            BOOST_TEST(why_denied(keys.verify(text + std::string(chars, filler))) == reason::malformed);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_a_key_of_the_other_environment, Store, stores) {
    world<Store> w;
    auto live = w.template open<shown_once>();
    auto test = w.template open<policies<test_key_format<"instance">>>();
    const issued_key live_key = must(live.issue(legacy_sync(), w.admin));
    const issued_key test_key = must(test.issue(legacy_sync(), w.admin));
    BOOST_TEST(bool{live.verify(text_of(live_key))});
    BOOST_TEST(bool{test.verify(text_of(test_key))});
    BOOST_TEST(why_denied(live.verify(text_of(test_key))) == reason::malformed);
    BOOST_TEST(why_denied(test.verify(text_of(live_key))) == reason::malformed);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(kills_the_old_key_with_an_immediate_rotation, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::revoked);
    BOOST_TEST(bool{keys.verify(text_of(second), "contacts:write")});
    BOOST_TEST(second.generation == 2U);
    BOOST_TEST(!second.previous_until.has_value());

    const credential_view view = must(keys.find(first.credential));
    BOOST_REQUIRE(view.keys.size() == 2U);
    BOOST_TEST(view.keys[0].handle.value == second.handle.value);
    BOOST_TEST(view.keys[1].state == key_state::revoked);
    BOOST_TEST(view.keys[1].revoked_at == noon);
}

/// Models the contract, and does not do what it asks.
struct forgets_to_replace {
    static result<void> replace(record& /*old*/, timestamp /*now*/) { return {}; }
};

BOOST_AUTO_TEST_CASE_TEMPLATE(makes_no_second_key_where_a_rotation_left_the_first_active, Store, stores) {
    world<Store> w;
    auto keys = w.template open<policies<key_format<"instance">, forgets_to_replace>>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const auto second = keys.rotate(first.credential, w.admin);
    BOOST_REQUIRE(!second.has_value());
    BOOST_TEST(second.error().code() == errc::illegal_state);
    BOOST_TEST(second.error().message().find("must retire or revoke it") != std::string::npos);
    BOOST_TEST(must(keys.find(first.credential)).keys.size() == 1U);
    BOOST_TEST(bool{keys.verify(text_of(first))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_the_newest_generations_and_the_audit_of_all, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    constexpr std::uint32_t most = decltype(keys)::kept_generations;
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    issued_key newest;
    for (std::uint32_t i = 1; i < most; ++i) newest = must(keys.rotate(first.credential, w.admin));
    BOOST_TEST(must(keys.find(first.credential)).keys.size() == most);
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::revoked);
    newest = must(keys.rotate(first.credential, w.admin));
    const credential_view view = must(keys.find(first.credential));
    BOOST_REQUIRE(view.keys.size() == most);
    BOOST_TEST(view.keys.front().handle.value == newest.handle.value);
    BOOST_TEST(view.keys.back().generation == 2U);
    BOOST_TEST(bool{keys.verify(text_of(newest))});
    const secret_text shown = must(keys.reveal(first.credential, w.admin));
    BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(newest));
    // Of the first one the audit alone knows.
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::unknown_handle);
    BOOST_TEST(code_of(keys.find(first.handle)) == errc::not_found);
    BOOST_TEST(code_of(keys.revoke(first.handle, w.admin)) == errc::not_found);
    const auto events = must(keys.audit({.limit = 100})).items;
    BOOST_TEST(events.back().action == "issue");
    BOOST_TEST(events.back().handle == first.handle);
    BOOST_TEST(events.size() == most + 2U);  // an issue, rotations, and that it was revealed
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forgets_no_key_that_is_in_its_grace, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    for (std::uint32_t i = 0; i < 40; ++i) {
        const credential_view before = must(keys.find(first.credential));
        (void)must(keys.rotate(first.credential, w.admin));
        const credential_view view = must(keys.find(first.credential));
        BOOST_REQUIRE(view.keys.at(1).handle.value == before.keys.at(0).handle.value);
        BOOST_REQUIRE(view.keys.at(1).state == key_state::retiring);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(says_of_a_repeated_rotation_that_its_key_is_lost_where_it_was_forgotten, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    request_context by = w.admin;
    by.idempotency_token = "0123456789abcdef0123456789abcdef";
    const issued_key rotated = must(keys.rotate(first.credential, by));
    for (int i = 0; i < 30; ++i) (void)must(keys.rotate(first.credential, w.admin));
    const credential before = must(keys.find(first.credential)).about;
    const issued_key again = must(keys.rotate(first.credential, by));
    BOOST_TEST(again.credential == first.credential);
    BOOST_TEST(again.handle == rotated.handle);
    BOOST_TEST(again.text_lost);
    BOOST_TEST(again.text.empty());
    BOOST_TEST(again.generation == 0U);
    BOOST_TEST(must(keys.find(first.credential)).about.version == before.version);  // and nothing was rotated
}

BOOST_AUTO_TEST_CASE_TEMPLATE(does_not_reveal_an_older_key_in_place_of_the_newest, Store, stores) {
    using recoverable_graceful = policies<instance_format, recoverable, overlap<std::chrono::hours{24}>>;
    world<Store> w;
    auto keys = w.template open<recoverable_graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    const secret_text shown = must(keys.reveal(first.credential, w.admin));
    BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(second));
    must(keys.revoke(second.handle, w.admin));
    BOOST_TEST(bool{keys.verify(text_of(first))});  // in its grace
    BOOST_TEST(code_of(keys.reveal(first.credential, w.admin)) == errc::illegal_state);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_name_tenant_scopes_and_metadata_through_a_rotation, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    new_credential asked = legacy_sync();
    asked.not_before = noon - 1h;
    asked.expires_at = noon + 1h;
    const issued_key first = must(keys.issue(asked, w.admin));
    const credential before = must(keys.find(first.credential)).about;
    (void)must(keys.rotate(first.credential, w.admin));
    const credential after = must(keys.find(first.credential)).about;
    BOOST_TEST(after.name == before.name);
    BOOST_TEST(after.tenant == before.tenant);
    BOOST_TEST(after.scopes == before.scopes);
    BOOST_TEST(after.metadata == before.metadata);
    BOOST_TEST(after.not_before == before.not_before);
    BOOST_TEST(after.expires_at == before.expires_at);
    BOOST_TEST(after.metadata.at(0).second == "Zoë");
    BOOST_TEST(after.version > before.version);
    BOOST_TEST(after.generation == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lets_an_overlapping_key_live_until_its_grace_is_over_and_says_so, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    BOOST_TEST(second.previous_until == noon + 24h);

    w.clock.set(noon + 24h - 1ms);
    const verdict old = keys.verify(text_of(first));
    BOOST_REQUIRE(old);
    BOOST_TEST(old.grant().retiring_until() == noon + 24h);
    const verdict fresh = keys.verify(text_of(second));
    BOOST_REQUIRE(fresh);
    BOOST_TEST(!fresh.grant().retiring_until().has_value());

    w.clock.set(noon + 24h);
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::grace_over);
    BOOST_TEST(bool{keys.verify(text_of(second))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(leaves_two_live_keys_at_the_most, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    const issued_key third = must(keys.rotate(first.credential, w.admin));
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::revoked);
    BOOST_TEST(bool{keys.verify(text_of(second))});
    BOOST_TEST(bool{keys.verify(text_of(third))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(revokes_one_key_and_leaves_the_others, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    must(keys.revoke(first.handle, w.admin));
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::revoked);
    BOOST_TEST(bool{keys.verify(text_of(second))});
    BOOST_TEST(code_of(keys.revoke(handle{12345}, w.admin)) == errc::not_found);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(revokes_a_credential_with_all_its_keys_for_good, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    must(keys.revoke(first.credential, w.admin));
    BOOST_TEST(why_denied(keys.verify(text_of(first))) == reason::revoked);
    BOOST_TEST(why_denied(keys.verify(text_of(second))) == reason::revoked);
    BOOST_TEST(code_of(keys.rotate(first.credential, w.admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.suspend(first.credential, w.admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.resume(first.credential, w.admin)) == errc::illegal_state);
    const auto events = must(keys.audit()).items.size();
    must(keys.revoke(first.credential, w.admin));  // again: a success that changes nothing
    BOOST_TEST(must(keys.audit()).items.size() == events);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(suspends_and_resumes, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    must(keys.suspend(key.credential, w.admin));
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::suspended);
    const issued_key next =
        must(keys.rotate(key.credential, w.admin));  // suspension is the credential's, not the key's
    BOOST_TEST(why_denied(keys.verify(text_of(next))) == reason::suspended);
    must(keys.resume(key.credential, w.admin));
    BOOST_TEST(bool{keys.verify(text_of(next))});
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::revoked);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(amends_what_no_other_call_changes, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<kept, Store>::open(w.opened.store, w.ring));
    credential edited = must(keys.find(key.credential)).about;
    edited.name = "sync of the north office";
    edited.scopes = {"contacts:read"};
    edited.metadata = {{"owner", "Ada"}};
    edited.expires_at = noon + 1h;
    must(keys.amend(edited, w.admin));
    const credential_view after = must(keys.find(key.credential));
    BOOST_TEST(after.proved);
    BOOST_TEST(after.about.name == edited.name);
    BOOST_TEST(after.about.metadata == edited.metadata);
    BOOST_TEST(after.about.version == edited.version + 1);
    BOOST_TEST(must(keys.audit()).items.front().action == "amend");
    BOOST_TEST(bool{keys.verify(text_of(key), "contacts:read")});
    BOOST_TEST(why_denied(keys.verify(text_of(key), "contacts:write")) == reason::missing_scope);
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon, "contacts:write")) == reason::missing_scope);
    const secret_text shown = must(keys.reveal(key.credential, w.admin));
    BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(key));
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon + 1h)) == reason::expired);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(amends_nothing_else_and_nothing_that_is_bad, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const credential good = must(keys.find(key.credential)).about;
    const auto refused = [&](auto alter) {
        credential edited = good;
        alter(edited);
        const auto done = keys.amend(edited, w.admin);
        BOOST_REQUIRE(!done);
        return done.error().code();
    };
    BOOST_TEST(refused([](credential& of) { of.tenant = "umbrella"; }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.generation = 2; }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.suspended = true; }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.created_at += 1h; }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.revoked_at = noon; }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.name.clear(); }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.scopes = {"no scope"}; }) == errc::invalid_argument);
    BOOST_TEST(refused([](credential& of) { of.version = 7; }) == errc::conflict);
    BOOST_TEST(refused([](credential& of) { of.id = credential_id::from_random({9}); }) == errc::not_found);
    must(keys.suspend(key.credential, w.admin));
    BOOST_TEST(refused([](credential&) {}) == errc::conflict);  // it was changed since it was read
    must(keys.revoke(key.credential, w.admin));
    BOOST_TEST(refused([](credential&) {}) == errc::illegal_state);
    BOOST_TEST(must(keys.audit()).items.size() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(amends_once_for_one_token, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    request_context by = w.admin;
    by.idempotency_token = "AAAAAAAAAAAAAAAAAAAAAA";
    credential edited = must(keys.find(key.credential)).about;
    edited.name = "first";
    must(keys.amend(edited, by));
    must(keys.amend(edited, by));
    edited.name = "second";
    BOOST_TEST(code_of(keys.amend(edited, by)) == errc::conflict);
    BOOST_TEST(must(keys.find(key.credential)).about.name == "first");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(holds_the_bounds_of_a_credentials_time, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    new_credential asked = legacy_sync();
    asked.not_before = noon + 1h;
    asked.expires_at = noon + 2h;
    const issued_key key = must(keys.issue(asked, w.admin));
    w.clock.set(noon + 1h - 1ms);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::not_yet_valid);
    w.clock.set(noon + 1h);
    BOOST_TEST(bool{keys.verify(text_of(key))});
    w.clock.set(noon + 2h - 1ms);
    BOOST_TEST(bool{keys.verify(text_of(key))});
    w.clock.set(noon + 2h);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::expired);
    BOOST_TEST(code_of(keys.rotate(key.credential, w.admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.reveal(key.credential, w.admin)) == errc::illegal_state);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(does_not_grant_an_expired_key_again_when_the_clock_steps_back, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    new_credential asked = legacy_sync();
    asked.expires_at = noon + 1h;
    const issued_key key = must(keys.issue(asked, w.admin));
    w.clock.set(noon + 1h);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::expired);
    w.clock.set(noon);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::expired);
    BOOST_TEST(code_of(keys.rotate(key.credential, w.admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.reveal(key.credential, w.admin)) == errc::illegal_state);
    BOOST_TEST(code_of(keys.issue(asked, w.admin)) == errc::invalid_argument);
    const issued_key later = must(keys.issue(legacy_sync(), w.admin));
    BOOST_TEST(must(keys.find(later.credential)).about.created_at == noon + 1h);
    auto another = w.template open<kept>();
    BOOST_TEST(why_denied(another.verify(text_of(key))) == reason::expired);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reveals_the_newest_key_and_writes_it_down_first, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    const issued_key second = must(keys.rotate(first.credential, w.admin));
    const secret_text shown = must(keys.reveal(first.credential, w.admin));
    BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(second));
    const auto events = must(keys.audit());
    BOOST_TEST(events.items.front().action == "reveal");
    BOOST_TEST(events.items.front().handle->value == second.handle.value);
    BOOST_TEST(events.items.front().actor == "admin");

    must(keys.revoke(first.credential, w.admin));
    BOOST_TEST(code_of(keys.reveal(first.credential, w.admin)) == errc::illegal_state);
    BOOST_TEST(must(keys.audit()).items.front().action == "revoke");
    for (const record& key : must(keys.find(first.credential)).keys) BOOST_TEST(!key.sealed.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cannot_reveal_a_key_that_is_shown_once, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    BOOST_TEST(code_of(keys.reveal(key.credential, w.admin)) == errc::not_recoverable);
    BOOST_TEST(must(keys.audit()).items.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(does_not_reveal_a_sealed_text_that_was_moved_to_another_row, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key a = must(keys.issue(legacy_sync(), w.admin));
    const issued_key b = must(keys.issue(legacy_sync(), w.admin));
    const record stolen = must(keys.find(a.credential)).keys.front();
    must(w.opened.store.transact([&](typename Store::transaction& tx) -> result<void> {
        auto target = tx.find("instance", b.handle);
        (*target)->sealed = stolen.sealed;
        return tx.update(**target);
    }));
    BOOST_TEST(code_of(keys.reveal(b.credential, w.admin)) == errc::corrupt);
    BOOST_TEST(must(keys.audit()).items.front().action == "issue");
    const secret_text shown = must(keys.reveal(a.credential, w.admin));
    BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(a));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(writes_record_change_and_audit_event_together, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    (void)must(keys.rotate(key.credential, w.admin));
    must(keys.suspend(key.credential, w.admin));
    must(keys.resume(key.credential, w.admin));
    must(keys.revoke(key.handle, w.admin));  // dead already: changes nothing
    must(keys.revoke(key.credential, w.admin));
    const auto events = must(keys.audit());
    BOOST_TEST(actions_of(events) == (std::vector<std::string>{"revoke", "resume", "suspend", "rotate", "issue"}),
               boost::test_tools::per_element());
    const auto changes = must(w.opened.store.changes_after(0, 100));
    BOOST_REQUIRE(changes.size() == 5U);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        BOOST_TEST(changes[i].sequence == i + 1);
        BOOST_TEST(changes[i].version == i + 1);
        BOOST_TEST(changes[i].credential == key.credential);
    }
    for (const audit_event& event : events.items) {
        BOOST_TEST(event.actor == "admin");
        BOOST_TEST(event.tenant == "acme");
        BOOST_TEST(event.source_address == "127.0.0.1");
        BOOST_TEST(event.reason == "a test");
        BOOST_TEST(event.at == noon);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_a_repeated_issue_its_first_outcome, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    request_context by = w.admin;
    by.idempotency_token = token;
    const issued_key first = must(keys.issue(legacy_sync(), by));
    const issued_key again = must(keys.issue(legacy_sync(), by));
    BOOST_TEST(again.credential == first.credential);
    BOOST_TEST(again.handle.value == first.handle.value);
    BOOST_TEST(text_of(again) == text_of(first));
    BOOST_TEST(!again.text_lost);
    BOOST_TEST(must(keys.list()).items.size() == 1U);

    new_credential other = legacy_sync();
    other.scopes.pop_back();
    BOOST_TEST(code_of(keys.issue(other, by)) == errc::conflict);
    request_context somebody_else = by;
    somebody_else.actor = "mallory";
    BOOST_TEST(must(keys.issue(legacy_sync(), somebody_else)).credential != first.credential);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(says_that_the_text_is_lost_where_it_is_not_kept, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    request_context by = w.admin;
    by.idempotency_token = token;
    const issued_key first = must(keys.issue(legacy_sync(), by));
    BOOST_TEST(!first.text_lost);
    const issued_key again = must(keys.issue(legacy_sync(), by));
    BOOST_TEST(again.handle.value == first.handle.value);
    BOOST_TEST(again.text_lost);
    BOOST_TEST(again.text.empty());
    BOOST_TEST(bool{keys.verify(text_of(first))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rotates_once_for_one_token, Store, stores) {
    world<Store> w;
    auto keys = w.template open<graceful>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    request_context by = w.admin;
    by.idempotency_token = token;
    const issued_key second = must(keys.rotate(first.credential, by));
    const issued_key again = must(keys.rotate(first.credential, by));
    BOOST_TEST(again.handle.value == second.handle.value);
    BOOST_TEST(again.generation == 2U);
    BOOST_TEST(again.previous_until == second.previous_until);
    BOOST_TEST(must(keys.find(first.credential)).keys.size() == 2U);
    w.clock.advance(24h);  // the token is forgotten after a day
    BOOST_TEST(must(keys.rotate(first.credential, by)).generation == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(does_not_suspend_again_what_was_resumed_meanwhile, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    request_context by = w.admin;
    by.idempotency_token = token;
    must(keys.suspend(key.credential, by));
    must(keys.resume(key.credential, w.admin));
    must(keys.suspend(key.credential, by));  // a late repeat
    BOOST_TEST(bool{keys.verify(text_of(key))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(finds_a_token_that_was_given_under_a_retired_pepper, Store, stores) {
    world<Store> w;
    request_context by = w.admin;
    by.idempotency_token = token;
    auto keys = w.template open<kept>();
    const issued_key first = must(keys.issue(legacy_sync(), by));
    const keyring next = must(w.ring.with_new_pepper());
    auto later = must(world<Store>::template authority<kept>::open(w.opened.store, next, w.clock));
    BOOST_TEST(must(later.issue(legacy_sync(), by)).credential == first.credential);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(verifies_under_a_retired_pepper_and_marks_it, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key old = must(keys.issue(legacy_sync(), w.admin));
    const keyring next = must(w.ring.with_new_pepper());
    auto later = must(world<Store>::template authority<kept>::open(w.opened.store, next, w.clock));
    const verdict answer = later.verify(text_of(old));
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer.grant().rehash_due());
    const issued_key fresh = must(later.issue(legacy_sync(), w.admin));
    BOOST_TEST(!later.verify(text_of(fresh)).grant().rehash_due());

    const keyring dropped = must(next.without_pepper(1));
    auto last = must(world<Store>::template authority<kept>::open(w.opened.store, dropped, w.clock));
    BOOST_TEST(why_denied(last.verify(text_of(old))) == reason::pepper_dropped);
    BOOST_TEST(last.verify(text_of(old)).denial().status() == 401U);
    BOOST_TEST(bool{last.verify(text_of(fresh))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_a_keyring_that_is_another_one_or_an_older_copy, Store, stores) {
    world<Store> w;
    (void)w.template open<kept>();
    using authority = typename world<Store>::template authority<kept>;
    const keyring other = must(keyring::create(w.folder.file("other")));
    BOOST_TEST(code_of(authority::open(w.opened.store, other, w.clock)) == errc::wrong_keyring);
    const keyring next = must(w.ring.with_new_pepper());
    (void)must(authority::open(w.opened.store, next, w.clock));
    BOOST_TEST(code_of(authority::open(w.opened.store, w.ring, w.clock)) == errc::wrong_keyring);
    const keyring sealing = must(next.with_new_sealing_key());
    (void)must(authority::open(w.opened.store, sealing, w.clock));
    BOOST_TEST(code_of(authority::open(w.opened.store, next, w.clock)) == errc::wrong_keyring);
    (void)must(authority::open(w.opened.store, sealing, w.clock));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_a_hash_that_is_not_the_one_of_the_formats_keys, Store, stores) {
    world<Store> w;
    (void)w.template open<shown_once>();
    const auto refused = world<Store>::template authority<renamed>::open(w.opened.store, w.ring, w.clock);
    BOOST_TEST(code_of(refused) == errc::wrong_hash);
    for (const std::string_view words : {"'instance'", "'hmac-sha256'", "'renamed-hash'"})
        BOOST_TEST(refused.error().context().find(words) != std::string::npos, refused.error().message());
    // Another format in the same store may have another hash.
    auto other = w.template open<policies<test_key_format<"instance">, renamed_hash>>();
    const issued_key key = must(other.issue(legacy_sync(), w.admin));
    BOOST_TEST(bool{other.verify(text_of(key))});
    const auto view = must(other.find(key.handle));
    BOOST_TEST(view.keys.front().digest.hash == hash_name{"renamed-hash"});
    (void)w.template open<shown_once>();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_a_key_whose_stored_digest_names_another_hash, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    BOOST_TEST(bool{keys.verify(text_of(key))});
    rename_hash(w.opened.store, w.ring, key);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::wrong_hash);
    BOOST_TEST(keys.verify(text_of(key)).denial().status() == 401U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(denies_an_empty_scope_to_every_key, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    for (const std::vector<std::string>& held : {std::vector<std::string>{}, {"contacts:read"}, {"*:*"}}) {
        new_credential asked = legacy_sync();
        asked.scopes = held;
        const issued_key key = must(keys.issue(asked, w.admin));
        BOOST_TEST(bool{keys.verify(text_of(key))});
        BOOST_TEST(bool{keys.verify(text_of(key), any_scope)});
        BOOST_TEST(why_denied(keys.verify(text_of(key), "")) == reason::missing_scope);
        BOOST_TEST(why_denied(keys.verify(text_of(key), std::string{})) == reason::missing_scope);
        BOOST_TEST(why_denied(keys.verify(text_of(key), std::string_view{})) == reason::missing_scope);
    }
}

BOOST_AUTO_TEST_CASE(takes_a_format_that_can_be_guessed_only_by_its_unsafe_name) {
    using guessable =
        basic_format<"guessable", environment::test, base62, literal<"guessable_">, handle_field<11>, secret_field<1>>;
    world<memory_store> w;
    auto keys = w.open<policies<unsafe_short_secret<guessable>>>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    std::string guess{text_of(key)};
    int opened = 0;
    for (std::uint8_t digit = 0; digit < 62; ++digit) {
        guess.back() = base62::encode(digit);
        if (keys.verify(guess)) ++opened;
    }
    BOOST_TEST(opened == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(opens_what_was_sealed_under_a_retired_sealing_key, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const keyring next = must(w.ring.with_new_sealing_key());
    auto later = must(world<Store>::template authority<kept>::open(w.opened.store, next, w.clock));
    const secret_text shown = must(later.reveal(key.credential, w.admin));
    BOOST_TEST(shown.reveal(unsafe_reveal) == text_of(key));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(counts_uses_in_memory_and_writes_them_when_asked, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    for (int i = 0; i < 3; ++i) {
        w.clock.advance(1s);
        BOOST_REQUIRE(keys.verify(text_of(key)));
    }
    (void)keys.verify(
        with_right_checksum(with_another_letter(std::string{text_of(key)}, 30)));  // not proved: not counted
    BOOST_TEST(must(keys.find(key.credential)).keys.front().uses == 0U);
    BOOST_TEST(must(keys.flush_usage()) == 1U);
    BOOST_TEST(must(keys.flush_usage()) == 0U);
    const record used = must(keys.find(key.handle)).keys.front();
    BOOST_TEST(used.uses == 3U);
    BOOST_TEST(used.last_used_at == noon + 3s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lists_credentials_and_events_in_pages, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    std::vector<credential_id> made;
    for (int i = 0; i < 7; ++i) {
        new_credential asked = legacy_sync();
        asked.tenant = i % 2 == 0 ? "acme" : "globex";
        made.push_back(must(keys.issue(asked, w.admin)).credential);
    }
    std::vector<credential_id> listed;
    page_request which{.limit = 3};
    do {
        auto found = must(keys.list(which));
        BOOST_TEST(found.items.size() <= 3U);
        for (const credential_view& view : found.items) listed.push_back(view.about.id);
        which.cursor = found.next;
    } while (!which.cursor.empty());
    BOOST_TEST(listed == made, boost::test_tools::per_element());
    BOOST_TEST(must(keys.list({.limit = 100}, "globex")).items.size() == 3U);
    BOOST_TEST(must(keys.list({.limit = 100}, all_tenants)).items.size() == 7U);
    BOOST_TEST(code_of(keys.list({}, "")) == errc::invalid_argument);
    BOOST_TEST(code_of(keys.list({}, std::string{})) == errc::invalid_argument);
    BOOST_TEST(code_of(keys.list({}, std::string_view{})) == errc::invalid_argument);

    std::vector<std::uint64_t> sequences;
    which.cursor.clear();
    do {
        auto found = must(keys.audit(which));
        for (const audit_event& event : found.items) sequences.push_back(event.sequence);
        which.cursor = found.next;
    } while (!which.cursor.empty());
    BOOST_TEST(sequences == (std::vector<std::uint64_t>{7, 6, 5, 4, 3, 2, 1}), boost::test_tools::per_element());
    BOOST_TEST(must(keys.audit({.limit = 100}, "acme")).items.size() == 4U);
    BOOST_TEST(must(keys.audit({.limit = 100}, all_tenants)).items.size() == 7U);
    BOOST_TEST(code_of(keys.audit({}, "")) == errc::invalid_argument);
    BOOST_TEST(code_of(keys.audit({}, std::string_view{})) == errc::invalid_argument);
    for (const page_request& bad :
         {page_request{0}, page_request{1'001}, page_request{5, "x"}, page_request{5, "1 "}}) {
        BOOST_TEST(code_of(keys.list(bad)) == errc::invalid_argument);
        BOOST_TEST(code_of(keys.audit(bad)) == errc::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_a_bad_request_and_changes_nothing, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const auto refuses = [&](new_credential asked) {
        BOOST_TEST(code_of(keys.issue(asked, w.admin)) == errc::invalid_argument);
    };
    new_credential asked = legacy_sync();
    asked.tenant = "";
    refuses(asked);
    asked = legacy_sync();
    asked.name = std::string(256, 'x');
    refuses(asked);
    asked = legacy_sync();
    asked.name = "a\nb";
    refuses(asked);
    asked = legacy_sync();
    asked.scopes = {"contacts"};
    refuses(asked);
    asked.scopes = {"contacts:read", "contacts:read"};
    refuses(asked);
    asked.scopes = std::vector<std::string>(65, "a:b");
    refuses(asked);
    asked = legacy_sync();
    asked.expires_at = noon;
    refuses(asked);
    asked.not_before = noon + 2h;
    asked.expires_at = noon + 1h;
    refuses(asked);

    for (const request_context& by :
         {request_context{.actor = ""}, request_context{.actor = "x", .reason = std::string(1'001, 'x')},
          request_context{.actor = "x", .idempotency_token = "too short"},
          request_context{.actor = "x", .idempotency_token = "a blank in the very middle"}})
        BOOST_TEST(code_of(keys.issue(legacy_sync(), by)) == errc::invalid_argument);
    request_context late = w.admin;
    late.deadline = std::chrono::steady_clock::now() - 1s;
    BOOST_TEST(code_of(keys.issue(legacy_sync(), late)) == errc::deadline_exceeded);
    BOOST_TEST(must(keys.list()).items.empty());
    BOOST_TEST(must(keys.audit()).items.empty());
    BOOST_TEST(must(w.opened.store.changes_after(0, 10)).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(names_what_it_does_not_know, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const credential_id nobody = credential_id::from_random({1, 2, 3});
    BOOST_TEST(code_of(keys.rotate(nobody, w.admin)) == errc::not_found);
    BOOST_TEST(code_of(keys.revoke(nobody, w.admin)) == errc::not_found);
    BOOST_TEST(code_of(keys.suspend(nobody, w.admin)) == errc::not_found);
    BOOST_TEST(code_of(keys.reveal(nobody, w.admin)) == errc::not_found);
    BOOST_TEST(code_of(keys.find(nobody)) == errc::not_found);
    BOOST_TEST(code_of(keys.find(handle{7})) == errc::not_found);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_is_stored)

namespace {

/// Looks for the text, and for every run of twelve characters of its secret, in all files of the store.
bool holds_part_of(const std::string& bytes, std::string_view key) {
    for (std::size_t at = 20; at + 12 <= 52; ++at)
        if (bytes.find(key.substr(at, 12)) != std::string::npos) return true;
    return false;
}

std::string all_bytes_of(const temporary_folder& folder) {
    std::string bytes;
    for (const auto& entry : std::filesystem::directory_iterator{folder.file("")}) {
        std::ifstream file{entry.path(), std::ios::binary};
        bytes.append(std::istreambuf_iterator<char>{file}, {});
    }
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(opens_no_door) {
    for (const bool recover : {false, true}) {
        world<sqlite_store> w;
        std::string text;
        if (recover) {
            auto keys = w.open<kept>();
            text = text_of(must(keys.issue(legacy_sync(), w.admin)));
        } else {
            auto keys = w.open<shown_once>();
            text = text_of(must(keys.issue(legacy_sync(), w.admin)));
        }
        const std::string stored = all_bytes_of(w.folder);
        BOOST_TEST(stored.find("legacy sync") != std::string::npos);  // it does look at the right bytes
        BOOST_TEST(!holds_part_of(stored, text));
        BOOST_TEST(holds_part_of(stored + text, text));  // and would find a secret
    }
}

BOOST_AUTO_TEST_CASE(does_not_let_a_digest_that_was_copied_to_another_key_grant) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key mine = must(keys.issue(legacy_sync(), w.admin));
    const issued_key victim = must(keys.issue(legacy_sync(), w.admin));
    const record own = must(keys.find(mine.credential)).keys.front();
    must(w.opened.store.transact([&](memory_store::transaction& tx) -> result<void> {
        auto target = tx.find("instance", victim.handle);
        (*target)->digest = own.digest;
        return tx.update(**target);
    }));
    // The handle is part of what is hashed: neither text is a key of the forged row.
    BOOST_TEST(why_denied(keys.verify(text_of(victim))) == reason::wrong_secret);
    const std::string forged =
        with_right_checksum(std::string{text_of(mine)}.replace(9, 11, victim.handle.to_text().view()));
    BOOST_TEST(why_denied(keys.verify(forged)) == reason::wrong_secret);
    BOOST_TEST(bool{keys.verify(text_of(mine))});
}

BOOST_AUTO_TEST_SUITE_END()

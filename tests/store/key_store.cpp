// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The contract of a store, clause by clause, for every store of the library.
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/stores.hpp"

using namespace support;

static_assert(key_store<memory_store>);
static_assert(key_store<sqlite_store>);

BOOST_AUTO_TEST_SUITE(every_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_back_what_it_was_given, Place, places) {
    Place place;
    credential owner = sample_credential(7, "Ünïcode & \"quotes\" 'and' 鍵");
    owner.name = std::string{"a\0b", 3};
    owner.not_before = at_ms(1);
    owner.suspended = true;
    owner.scopes = {"z", "a", "z:*"};
    owner.metadata = {{"k", ""}, {"a", "v"}};
    record key = sample_record(7, std::numeric_limits<std::uint64_t>::max());
    key.state = key_state::retiring;
    key.retires_at = at_ms(77);
    record bare = sample_record(7, 1, 2);
    bare.sealed.reset();

    must(place.store.transact([&](auto& tx) -> result<void> {
        must(tx.insert(owner));
        must(tx.insert(key));
        return tx.insert(bare);
    }));

    const auto view = must(place.store.look_up(format_name, key.handle));
    BOOST_REQUIRE(view.has_value());
    check_same(view->about, owner);
    check_same(view->key, key);
    const auto whole = must(place.store.read(owner.id));
    BOOST_REQUIRE(whole.has_value());
    check_same(whole->about, owner);
    BOOST_REQUIRE(whole->keys.size() == 2);
    check_same(whole->keys[0], bare);
    check_same(whole->keys[1], key);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_nothing_for_what_is_not_there, Place, places) {
    Place place;
    must(issue(place.store, 1));
    BOOST_TEST(!must(place.store.look_up(format_name, handle{99})).has_value());
    BOOST_TEST(!must(place.store.look_up("instance_test", handle{2})).has_value());
    BOOST_TEST(must(place.store.look_up(format_name, handle{2})).has_value());
    BOOST_TEST(!must(place.store.read(id_of(99))).has_value());
    BOOST_TEST(!must(place.store.read(credential_id{})).has_value());
    must(place.store.transact([&](auto& tx) -> result<void> {
        BOOST_TEST(!must(tx.find(id_of(99))).has_value());
        BOOST_TEST(!must(tx.find(format_name, handle{99})).has_value());
        BOOST_TEST(must(tx.keys_of(id_of(99))).empty());
        return {};
    }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_transaction_sees_its_own_writes, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(place.store.transact([&](auto& tx) -> result<void> {
        must(tx.insert(sample_record(1, 50, 2)));
        const auto keys = must(tx.keys_of(id_of(1)));
        BOOST_REQUIRE(keys.size() == 2);
        BOOST_TEST(keys[0].handle.value == 50U);
        BOOST_TEST(keys[1].handle.value == 2U);
        auto owner = *must(tx.find(id_of(1)));
        owner.version = 2;
        owner.scopes = {"only:this"};
        must(tx.update(owner));
        check_same(*must(tx.find(id_of(1))), owner);
        must(tx.insert(idempotency_entry{.token = {std::byte{1}},
                                         .arguments = {},
                                         .credential = id_of(1),
                                         .handle = {},
                                         .created_at = at_ms(0),
                                         .expires_at = at_ms(10)}));
        BOOST_TEST(must(tx.find_idempotent({std::byte{1}}, at_ms(5))).has_value());
        return {};
    }));
}

std::vector<std::uint64_t> handles_of(const std::vector<record>& keys) {
    std::vector<std::uint64_t> handles;
    for (const record& key : keys) handles.push_back(key.handle.value);
    return handles;
}
using numbers = std::vector<std::uint64_t>;

record revoked_record(std::uint32_t number, std::uint64_t handle_value, std::uint32_t generation) {
    record key = sample_record(number, handle_value, generation);
    must(revoke(key, at_ms(5)));
    return key;
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reads_keys_that_are_not_revoked_alone, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(issue(place.store, 2));
    must(place.store.transact([&](auto& tx) -> result<void> {
        record retiring = sample_record(1, 50, 2);
        retiring.state = key_state::retiring;
        retiring.retires_at = at_ms(7);
        must(tx.insert(retiring));
        must(tx.insert(revoked_record(1, 51, 3)));
        must(tx.insert(sample_record(1, 52, 4)));
        BOOST_TEST(handles_of(must(tx.live_keys_of(id_of(1)))) == (numbers{52, 50, 2}));
        return {};
    }));
    const auto view = must(place.store.read_live(id_of(1)));
    BOOST_REQUIRE(view.has_value());
    check_same(view->about, sample_credential(1));
    BOOST_TEST(handles_of(view->keys) == (numbers{52, 50, 2}));
    check_same(view->keys.back(), sample_record(1, 2));
    BOOST_TEST(handles_of(must(place.store.read(id_of(1)))->keys) == (numbers{52, 51, 50, 2}));
    must(revoke_key(place.store, 2));
    BOOST_TEST(must(place.store.read_live(id_of(2)))->keys.empty());
    BOOST_TEST(must(place.store.read_live(id_of(2)))->about.version == 2U);
    BOOST_TEST(!must(place.store.read_live(id_of(3))).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forgets_what_is_pruned_and_nothing_else, Place, places) {
    Place place;
    must(issue(place.store, 1));  // handle 2, generation 1, and not revoked
    must(issue(place.store, 2));
    constexpr std::uint32_t generations = 400;
    must(place.store.transact([&](auto& tx) -> result<void> {
        for (std::uint32_t g = 2; g <= generations; ++g) must(tx.insert(revoked_record(1, 1'000 + g, g)));
        return tx.insert(revoked_record(2, 900, 2));
    }));
    const auto there = [&](std::uint64_t number) {
        return must(place.store.look_up(format_name, handle{number})).has_value();
    };
    const auto prune = [&](std::uint32_t below) {
        return must(place.store.transact([&](auto& tx) -> result<std::size_t> {
            const std::size_t pruned = must(tx.prune(id_of(1), below));
            BOOST_TEST(!must(tx.find(format_name, handle{1'002})).has_value());  // seen at once
            return pruned;
        }));
    };
    const auto undone = place.store.transact([&](auto& tx) -> result<void> {
        BOOST_TEST(must(tx.prune(id_of(1), generations + 1)) == max_pruned);
        return error{errc::not_recoverable, "on purpose"};
    });
    BOOST_TEST(code_of(undone) == errc::not_recoverable);
    BOOST_TEST(there(1'002));

    BOOST_TEST(prune(generations - 9) == max_pruned);  // the oldest first, so many at once
    BOOST_TEST(!there(1'257));
    BOOST_TEST(there(1'258));
    BOOST_TEST(prune(generations - 9) == generations - 11 - max_pruned);
    BOOST_TEST(!there(1'390));
    BOOST_TEST(there(1'391));
    BOOST_TEST(prune(generations - 9) == 0U);
    BOOST_TEST(there(2));    // alive
    BOOST_TEST(there(900));  // of another credential
    const auto view = must(place.store.read(id_of(1)));
    BOOST_REQUIRE(view->keys.size() == 11U);
    BOOST_TEST(view->keys.front().handle.value == 1'400U);
    BOOST_TEST(view->keys.back().handle.value == 2U);
    BOOST_TEST(must(place.store.transact([](auto& tx) { return tx.prune(id_of(99), 7); })) == 0U);
    must(place.store.transact([&](auto& tx) -> result<void> {  // its handle is free again
        BOOST_TEST(must(tx.prune(id_of(1), generations - 8)) == 1U);
        return tx.insert(sample_record(1, 1'391, generations + 1));
    }));
    BOOST_TEST(handles_of(must(place.store.read_live(id_of(1)))->keys) == (numbers{1'391, 2}));
    BOOST_TEST(must(place.store.read(id_of(1)))->keys.size() == 11U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reads_the_newest_keys_of_a_credential_that_has_too_many, Place, places) {
    Place place;
    must(issue(place.store, 1));
    constexpr std::uint32_t generations = max_keys_read + 50;
    must(place.store.transact([&](auto& tx) -> result<void> {
        for (std::uint32_t g = 2; g <= generations; ++g) must(tx.insert(revoked_record(1, 1'000 + g, g)));
        const auto keys = must(tx.keys_of(id_of(1)));
        BOOST_TEST(keys.size() == max_keys_read);
        BOOST_TEST(keys.front().generation == generations);
        return {};
    }));
    const std::vector<record> read = must(place.store.read(id_of(1)))->keys;
    const std::vector<record> listed = must(place.store.list({}, "")).items.at(0).keys;
    for (const auto& keys : {read, listed}) {
        BOOST_REQUIRE(keys.size() == max_keys_read);
        BOOST_TEST(keys.front().generation == generations);
        BOOST_TEST(keys.back().generation == generations - max_keys_read + 1);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hands_on_what_the_body_returns, Place, places) {
    Place place;
    const auto owned =
        place.store.transact([](auto&) -> result<std::unique_ptr<int>> { return std::make_unique<int>(42); });
    BOOST_REQUIRE(static_cast<bool>(owned));
    BOOST_TEST(**owned == 42);
    const auto failed = place.store.transact([](auto&) -> result<int> { return error{errc::not_recoverable, "why"}; });
    BOOST_TEST(code_of(failed) == errc::not_recoverable);
    BOOST_TEST(failed.error().context() == "why");
}

/// Writes everything that a transaction can write.
template <typename Transaction>
void write_everything(Transaction& tx) {
    must(tx.insert(sample_credential(2)));
    must(tx.insert(sample_record(2, 3)));
    must(tx.append(sample_change(2)));
    must(tx.append(sample_event(2)));
    auto owner = *must(tx.find(id_of(1)));
    ++owner.version;
    owner.name = "renamed";
    owner.scopes.clear();
    must(tx.update(owner));
    auto key = *must(tx.find(format_name, handle{2}));
    must(revoke(key, at_ms(5)));
    must(tx.update(key));
    must(tx.insert(idempotency_entry{.token = {std::byte{1}},
                                     .arguments = {},
                                     .credential = id_of(1),
                                     .handle = {},
                                     .created_at = at_ms(0),
                                     .expires_at = at_ms(10)}));
    must(tx.insert(keyring_check{.kind = key_kind::pepper, .number = 1, .check = {}}));
}

template <typename Store>
void check_that_only_the_first_issue_is_there(Store& store) {
    BOOST_TEST(!must(store.read(id_of(2))).has_value());
    BOOST_TEST(!must(store.look_up(format_name, handle{3})).has_value());
    const auto first = must(store.read(id_of(1)));
    check_same(first->about, sample_credential(1));
    check_same(first->keys.at(0), sample_record(1, 2));
    BOOST_TEST(must(store.changes_after(0, 10)).size() == 1U);
    BOOST_TEST(must(store.audit({}, "")).items.size() == 1U);
    BOOST_TEST(must(store.list({}, "")).items.size() == 1U);
    must(store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(!must(tx.find_idempotent({std::byte{1}}, at_ms(5))).has_value());
        BOOST_TEST(must(tx.keyring_checks()).empty());
        return {};
    }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_body_that_fails_leaves_nothing, Place, places) {
    Place place;
    must(issue(place.store, 1));
    const auto outcome = place.store.transact([](auto& tx) -> result<void> {
        write_everything(tx);
        return error{errc::illegal_state, "no"};
    });
    BOOST_TEST(code_of(outcome) == errc::illegal_state);
    check_that_only_the_first_issue_is_there(place.store);
    must(issue(place.store, 5));
    BOOST_TEST(must(place.store.changes_after(0, 10)).back().sequence == 2U);
    BOOST_TEST(must(place.store.audit({}, "")).items.front().sequence == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_body_that_throws_leaves_nothing, Place, places) {
    Place place;
    must(issue(place.store, 1));
    BOOST_CHECK_THROW((void)place.store.transact([](auto& tx) -> result<void> {
        write_everything(tx);
        throw std::runtime_error{"thrown"};
    }),
                      std::runtime_error);
    check_that_only_the_first_issue_is_there(place.store);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_body_that_succeeds_leaves_everything, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(place.store.transact([](auto& tx) -> result<void> {
        write_everything(tx);
        return {};
    }));
    BOOST_TEST(must(place.store.read(id_of(2))).has_value());
    const auto first = must(place.store.look_up(format_name, handle{2}));
    BOOST_TEST(first->about.name == "renamed");
    BOOST_TEST(first->about.scopes.empty());
    BOOST_TEST(first->key.state == key_state::revoked);
    BOOST_TEST(!first->key.sealed.has_value());
    must(place.store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(must(tx.find_idempotent({std::byte{1}}, at_ms(5))).has_value());
        BOOST_TEST(must(tx.keyring_checks()).size() == 1U);
        return {};
    }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_a_name_that_is_taken, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(place.store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(code_of(tx.insert(sample_credential(1))) == errc::conflict);
        BOOST_TEST(code_of(tx.insert(sample_record(1, 2, 9))) == errc::conflict);
        must(tx.insert(sample_credential(3)));
        BOOST_TEST(code_of(tx.insert(sample_credential(3))) == errc::conflict);
        must(tx.insert(sample_record(3, 4)));
        BOOST_TEST(code_of(tx.insert(sample_record(3, 4))) == errc::conflict);
        record elsewhere = sample_record(1, 2, 2);
        elsewhere.format = "another format";
        must(tx.insert(elsewhere));
        return {};
    }));
    check_same(must(place.store.look_up(format_name, handle{2}))->key, sample_record(1, 2));
    BOOST_TEST(must(place.store.look_up("another format", handle{2})).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_a_key_of_a_credential_that_is_not_there, Place, places) {
    Place place;
    BOOST_TEST(
        (code_of(place.store.transact([](auto& tx) { return tx.insert(sample_record(1, 2)); })) == errc::conflict));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(changes_a_credential_only_from_the_version_below, Place, places) {
    Place place;
    must(issue(place.store, 1));
    const auto update_to = [&](std::uint32_t number, std::uint64_t version) {
        return place.store.transact([&](auto& tx) -> result<void> {
            credential owner = sample_credential(number);
            owner.version = version;
            owner.suspended = true;
            return tx.update(owner);
        });
    };
    for (const std::uint64_t version : {1U, 3U, 9U}) BOOST_TEST(code_of(update_to(1, version)) == errc::conflict);
    BOOST_TEST(code_of(update_to(99, 2)) == errc::conflict);
    BOOST_TEST(!must(place.store.read(id_of(1)))->about.suspended);
    must(update_to(1, 2));
    BOOST_TEST(must(place.store.read(id_of(1)))->about.suspended);
    BOOST_TEST(code_of(update_to(1, 2)) == errc::conflict);
    must(update_to(1, 3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_to_change_a_key_that_is_not_there, Place, places) {
    Place place;
    must(issue(place.store, 1));
    BOOST_TEST(
        (code_of(place.store.transact([](auto& tx) { return tx.update(sample_record(1, 99)); })) == errc::conflict));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(moves_no_key_to_another_credential, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(issue(place.store, 5));
    record moved = must(place.store.look_up(format_name, handle{2}))->key;
    moved.credential = id_of(5);
    BOOST_TEST(code_of(place.store.transact([&](auto& tx) { return tx.update(moved); })) == errc::conflict);
    check_same(must(place.store.look_up(format_name, handle{2}))->key, sample_record(1, 2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_scopes_that_one_text_cannot_hold, Place, places) {
    Place place;
    must(issue(place.store, 1));
    for (const std::vector<std::string>& scopes :
         {std::vector<std::string>{""}, {"a:b", ""}, {"a:b c:d"}, {" a:b"}, {"a:b "}}) {
        const auto insert = [&](auto& tx) {
            credential owner = sample_credential(3);
            owner.scopes = scopes;
            return tx.insert(owner);
        };
        const auto update = [&](auto& tx) {
            credential owner = sample_credential(1);
            owner.scopes = scopes;
            owner.version = 2;
            return tx.update(owner);
        };
        BOOST_TEST(code_of(place.store.transact(insert)) == errc::invalid_argument);
        BOOST_TEST(code_of(place.store.transact(update)) == errc::invalid_argument);
    }
    check_same(must(place.store.read(id_of(1)))->about, sample_credential(1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_of_a_key_keeps_its_usage, Place, places) {
    Place place;
    must(issue(place.store, 1));
    const usage use{std::string{format_name}, handle{2}, at_ms(50), 3};
    must(place.store.record_usage({&use, 1}));
    must(revoke_key(place.store, 1));
    const auto key = must(place.store.look_up(format_name, handle{2}))->key;
    BOOST_TEST(key.state == key_state::revoked);
    BOOST_TEST(key.revoked_at == at_ms(9'000));
    BOOST_TEST(!key.sealed.has_value());
    BOOST_TEST(key.uses == 3U);
    BOOST_TEST(key.last_used_at == at_ms(50));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(counts_uses_and_moves_the_last_one_forward_only, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(issue(place.store, 2));
    const auto use = [](std::uint64_t key, std::int64_t at, std::uint64_t uses) {
        return usage{std::string{format_name}, handle{key}, at_ms(at), uses};
    };
    const std::vector<usage> first{use(2, 100, 5), use(3, 10, 1), use(77, 10, 1), use(2, 40, 2)};
    must(place.store.record_usage(first));
    const std::vector<usage> late{use(2, 60, 1)};
    must(place.store.record_usage(late));
    must(place.store.record_usage({}));
    const auto key = must(place.store.look_up(format_name, handle{2}))->key;
    BOOST_TEST(key.uses == 8U);
    BOOST_TEST(key.last_used_at == at_ms(100));
    BOOST_TEST(must(place.store.look_up(format_name, handle{3}))->key.uses == 1U);
    BOOST_TEST(!must(place.store.look_up(format_name, handle{77})).has_value());
    BOOST_TEST(must(place.store.changes_after(0, 10)).size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_keys_newest_first, Place, places) {
    Place place;
    must(issue(place.store, 1));
    for (std::uint32_t generation = 2; generation < 12; ++generation)
        must(place.store.transact(
            [&](auto& tx) { return tx.insert(sample_record(1, 1'000 - generation, generation)); }));
    const auto view = must(place.store.read(id_of(1)));
    BOOST_REQUIRE(view->keys.size() == 11);
    for (std::size_t i = 0; i < view->keys.size(); ++i) BOOST_TEST(view->keys[i].generation == 11 - i);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lists_in_the_order_of_issue_page_by_page, Place, places) {
    Place place;
    for (const std::uint32_t number : {9U, 3U, 7U, 1U, 8U})
        must(issue(place.store, number, number > 5 ? "big" : "small"));
    const auto walk = [&](std::size_t limit, std::string_view tenant) {
        std::vector<credential_id> seen;
        page_request which{.limit = limit};
        std::size_t pages = 0;
        do {
            const auto page = must(place.store.list(which, tenant));
            BOOST_TEST(page.items.size() <= limit);
            BOOST_TEST((page.next.empty() || page.items.size() == limit));
            for (const auto& item : page.items) {
                seen.push_back(item.about.id);
                BOOST_TEST(item.keys.size() == 1U);
            }
            which.cursor = page.next;
            ++pages;
        } while (!which.cursor.empty());
        BOOST_TEST(pages == std::max<std::size_t>(1, (seen.size() + limit - 1) / limit));
        return seen;
    };
    const std::vector<credential_id> all{id_of(9), id_of(3), id_of(7), id_of(1), id_of(8)};
    for (const std::size_t limit : {1U, 2U, 4U, 5U, 6U, 1000U}) BOOST_TEST(walk(limit, "") == all);
    for (const std::size_t limit : {1U, 2U, 3U, 4U}) {
        BOOST_TEST(walk(limit, "big") == (std::vector{id_of(9), id_of(7), id_of(8)}));
        BOOST_TEST(walk(limit, "small") == (std::vector{id_of(3), id_of(1)}));
    }
    BOOST_TEST(walk(3, "nobody").empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tells_the_audit_newest_first_page_by_page, Place, places) {
    Place place;
    for (std::uint32_t number = 1; number <= 6; ++number) must(issue(place.store, number, number % 2 ? "odd" : "even"));
    const auto first = must(place.store.audit({.limit = 4}, ""));
    BOOST_REQUIRE(first.items.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(first.items[i].sequence == 6 - i);
    const audit_event& event = first.items[0];
    const audit_event sample = sample_event(6, "even");
    BOOST_TEST(event.at == sample.at);
    BOOST_TEST(event.actor == sample.actor);
    BOOST_TEST(event.action == sample.action);
    BOOST_TEST(event.tenant == sample.tenant);
    BOOST_TEST(event.credential == sample.credential);
    BOOST_TEST(event.handle == sample.handle);
    BOOST_TEST(event.source_address == sample.source_address);
    BOOST_TEST(event.reason == sample.reason);
    must(issue(place.store, 7));  // what comes later moves no page
    const auto second = must(place.store.audit({.limit = 4, .cursor = first.next}, ""));
    BOOST_REQUIRE(second.items.size() == 2);
    BOOST_TEST(second.items[0].sequence == 2U);
    BOOST_TEST(second.items[1].sequence == 1U);
    BOOST_TEST(second.next.empty());
    const auto odd = must(place.store.audit({.limit = 2}, "odd"));
    BOOST_REQUIRE(odd.items.size() == 2);
    BOOST_TEST(odd.items[0].sequence == 5U);
    BOOST_TEST(odd.items[1].sequence == 3U);
    const auto rest = must(place.store.audit({.limit = 2, .cursor = odd.next}, "odd"));
    BOOST_REQUIRE(rest.items.size() == 1);
    BOOST_TEST(rest.items[0].sequence == 1U);
    BOOST_TEST(rest.next.empty());
    audit_event about_no_key = sample_event(1);
    about_no_key.handle.reset();
    must(place.store.transact([&](auto& tx) { return tx.append(about_no_key); }));
    BOOST_TEST(!must(place.store.audit({}, "")).items[0].handle.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_a_page_that_cannot_be, Place, places) {
    Place place;
    must(issue(place.store, 1));
    for (const page_request& which :
         {page_request{.limit = 0}, page_request{.limit = 1'001}, page_request{.cursor = "x"},
          page_request{.cursor = "1 "}, page_request{.cursor = "-1"}, page_request{.cursor = "99999999999999999999"},
          page_request{.cursor = std::string{"1\0", 2}}}) {
        BOOST_TEST(code_of(place.store.list(which, "")) == errc::invalid_argument);
        BOOST_TEST(code_of(place.store.audit(which, "")) == errc::invalid_argument);
    }
    BOOST_TEST(must(place.store.list({.limit = 1'000, .cursor = "18446744073709551615"}, "")).items.empty());
    BOOST_TEST(must(place.store.audit({.limit = 1'000, .cursor = "1"}, "")).items.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(numbers_the_feed_from_one_without_gaps, Place, places) {
    Place place;
    BOOST_TEST(must(place.store.changes_after(0, 10)).empty());
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(place.store, number));
    must(place.store.transact([](auto& tx) -> result<void> {
        change two = sample_change(1, change_kind::resumed, 8);
        two.sequence = 4711;  // the store gives the number
        must(tx.append(two));
        return tx.append(sample_change(2, change_kind::suspended, 9));
    }));
    const auto all = must(place.store.changes_after(0, 100));
    BOOST_REQUIRE(all.size() == 7);
    for (std::size_t i = 0; i < all.size(); ++i) BOOST_TEST(all[i].sequence == i + 1);
    BOOST_TEST(all[5].kind == change_kind::resumed);
    BOOST_TEST(all[5].credential == id_of(1));
    BOOST_TEST(all[5].version == 8U);
    BOOST_TEST(all[5].at == at_ms(1));
    BOOST_TEST(all[5].tag == 0xf000'0000'0000'0001U);
    BOOST_TEST(all[6].kind == change_kind::suspended);
    const auto some = must(place.store.changes_after(3, 2));
    BOOST_REQUIRE(some.size() == 2);
    BOOST_TEST(some[0].sequence == 4U);
    BOOST_TEST(some[1].sequence == 5U);
    BOOST_TEST(must(place.store.changes_after(0, 0)).empty());
    BOOST_TEST(must(place.store.changes_after(7, 10)).empty());
    const auto most = std::numeric_limits<std::uint64_t>::max();
    BOOST_TEST(must(place.store.changes_after(most, std::numeric_limits<std::size_t>::max())).empty());
    BOOST_TEST(must(place.store.changes_after(0, std::numeric_limits<std::size_t>::max())).size() == 7U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tells_where_its_feed_ends, Place, places) {
    Place place;
    BOOST_TEST(must(place.store.head()) == feed_head{});
    must(issue(place.store, 1));
    const feed_head first{1, 0xf000'0000'0000'0001};
    BOOST_TEST(must(place.store.head()) == first);
    BOOST_TEST(must(place.store.look_up(format_name, handle{2}))->head == first);
    must(place.store.transact([&](auto& tx) -> result<void> {
        BOOST_TEST(must(tx.head()) == first);
        must(tx.append(sample_change(7)));
        BOOST_TEST(must(tx.head()) == (feed_head{2, 0xf000'0000'0000'0007}));
        return {};
    }));
    BOOST_TEST(must(place.store.head()) == (feed_head{2, 0xf000'0000'0000'0007}));
    BOOST_TEST(place.store.hears_changes());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(moves_the_change_count_before_a_change_returns, Place, places) {
    Place place;
    std::uint64_t before = place.store.change_count();
    for (std::uint32_t number = 1; number < 20; ++number) {
        must(issue(place.store, number));
        const std::uint64_t after = place.store.change_count();
        BOOST_TEST(after != before);
        before = after;
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(remembers_an_idempotency_token_until_it_expires, Place, places) {
    Place place;
    must(issue(place.store, 1));
    idempotency_entry entry{.token = {std::byte{0xff}, std::byte{2}},
                            .arguments = {std::byte{3}},
                            .credential = id_of(1),
                            .handle = handle{2},
                            .created_at = at_ms(100),
                            .expires_at = at_ms(200)};
    const auto insert = [&](const idempotency_entry& what) {
        return place.store.transact([&](auto& tx) { return tx.insert(what); });
    };
    const auto find = [&](const digest_bytes& token, std::int64_t now) {
        return must(place.store.transact([&](auto& tx) { return tx.find_idempotent(token, at_ms(now)); }));
    };
    must(insert(entry));
    const auto found = find(entry.token, 199);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->token == entry.token);
    BOOST_TEST(found->arguments == entry.arguments);
    BOOST_TEST(found->credential == entry.credential);
    BOOST_TEST(found->handle == entry.handle);
    BOOST_TEST(found->created_at == entry.created_at);
    BOOST_TEST(found->expires_at == entry.expires_at);
    BOOST_TEST(!find({std::byte{0xff}, std::byte{3}}, 150).has_value());
    BOOST_TEST(!find(entry.token, 200).has_value());
    BOOST_TEST(code_of(insert(entry)) == errc::conflict);

    entry.created_at = at_ms(200);
    entry.expires_at = at_ms(300);
    entry.handle.reset();
    must(insert(entry));
    BOOST_REQUIRE(find(entry.token, 250).has_value());
    BOOST_TEST(!find(entry.token, 250)->handle.has_value());

    idempotency_entry other = entry;
    other.token = {std::byte{1}};
    other.created_at = at_ms(300);
    other.expires_at = at_ms(400);
    must(insert(other));
    BOOST_TEST(!find(entry.token, 250).has_value());  // forgotten by then
    BOOST_TEST(find(other.token, 350).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(remembers_the_keyring, Place, places) {
    Place place;
    const std::vector<keyring_check> checks{{key_kind::pepper, 2, {std::byte{1}}},
                                            {key_kind::sealing, 1, {std::byte{2}}},
                                            {key_kind::pepper, 1, {std::byte{3}}}};
    for (const auto& check : checks) must(place.store.transact([&](auto& tx) { return tx.insert(check); }));
    const auto known = must(place.store.transact([](auto& tx) { return tx.keyring_checks(); }));
    BOOST_REQUIRE(known.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(known[i].kind == checks[i].kind);
        BOOST_TEST(known[i].number == checks[i].number);
        BOOST_TEST(known[i].check == checks[i].check);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(remembers_the_first_hash_of_each_format, Place, places) {
    Place place;
    const hash_name first{"hmac-sha256"};
    const hash_name second{"another-hash"};
    const auto bind = [&place](std::string_view format, const hash_name& hash) {
        return must(place.store.transact([&](auto& tx) { return tx.bind_hash(format, hash); }));
    };
    const auto failed = place.store.transact([&](auto& tx) -> result<void> {
        BOOST_TEST(must(tx.bind_hash("a", second)) == second);
        BOOST_TEST(must(tx.bind_hash("a", first)) == second);  // it reads its own writes
        return error{errc::conflict, "on purpose"};
    });
    BOOST_TEST(!failed);
    BOOST_TEST(bind("a", first) == first);  // what failed left nothing
    BOOST_TEST(bind("b", second) == second);
    BOOST_TEST(bind("a", second) == first);
    BOOST_TEST(bind("b", first) == second);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shows_all_that_a_copy_needs_in_one_scan, Place, places) {
    Place place;
    scanned none;
    BOOST_TEST(must(place.store.scan(format_name, none)) == feed_head{});
    BOOST_TEST(none.begun == 1);
    BOOST_TEST(none.owners.empty());

    for (std::uint32_t number = 1; number <= 9; ++number) must(issue(place.store, number));
    must(revoke_key(place.store, 4));
    must(place.store.transact([](auto& tx) -> result<void> {
        record other = sample_record(2, 3);
        other.format = "instance_test";
        must(tx.insert(other));
        record second = sample_record(8, 1'000, 2);
        second.state = key_state::retiring;
        second.retires_at = at_ms(77);
        must(tx.insert(second));
        credential owner = *must(tx.find(id_of(5)));
        owner.version = 2;
        owner.suspended = true;
        owner.not_before = at_ms(-5);
        owner.expires_at.reset();
        owner.scopes.clear();
        owner.revoked_at = at_ms(6);
        return tx.update(owner);
    }));

    scanned all;
    const feed_head head = must(place.store.scan(format_name, all));
    const change newest = must(place.store.changes_after(0, 1'000)).back();
    BOOST_TEST(head == (feed_head{newest.sequence, newest.tag}));
    BOOST_TEST(all.begun == 1);
    BOOST_TEST(all.promised.first == 9U);
    BOOST_TEST(all.promised.second == 9U);  // nine, one dead, one more; that of another format is not counted
    BOOST_TEST(all.owners.size() == 9U);
    BOOST_REQUIRE(all.keys.size() == 9U);
    for (const scanned_key& key : all.keys) {
        const auto view = must(place.store.look_up(format_name, key.handle));
        BOOST_REQUIRE(view.has_value());
        BOOST_REQUIRE(key.credential < all.owners.size());
        const scanned::owner& owner = all.owners[key.credential];
        BOOST_TEST(owner.id == view->about.id);
        BOOST_TEST(owner.tenant == view->about.tenant);
        BOOST_TEST(owner.scopes == join_scopes(view->about.scopes));
        BOOST_TEST(owner.not_before == view->about.not_before);
        BOOST_TEST(owner.expires_at == view->about.expires_at);
        BOOST_TEST(owner.suspended == view->about.suspended);
        BOOST_TEST(owner.revoked == view->about.revoked_at.has_value());
        BOOST_TEST(owner.version == view->about.version);
        BOOST_TEST(key.state == view->key.state);
        BOOST_TEST(key.retires_at == view->key.retires_at);
        BOOST_TEST(key.digest.pepper == view->key.digest.pepper);
        BOOST_TEST(key.digest.mac == view->key.digest.mac);
    }
    scanned other;
    must(place.store.scan("instance_test", other));
    BOOST_TEST(other.keys.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ends_a_scan_with_the_first_error_of_who_takes_it, Place, places) {
    Place place;
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(place.store, number));
    scanned few_owners{.most_owners = 2};
    BOOST_TEST(code_of(place.store.scan(format_name, few_owners)) == errc::not_recoverable);
    BOOST_TEST(few_owners.owners.size() == 2U);
    BOOST_TEST(few_owners.keys.empty());
    scanned few_keys{.most_keys = 3};
    BOOST_TEST(code_of(place.store.scan(format_name, few_keys)) == errc::not_recoverable);
    BOOST_TEST(few_keys.keys.size() == 3U);
    must(issue(place.store, 6));  // and leaves the store as usable as it was
}

BOOST_AUTO_TEST_SUITE_END()

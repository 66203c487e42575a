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

namespace {

/// A look-up and a scan may leave the metadata out.
credential without_metadata(credential of) {
    of.metadata.clear();
    return of;
}

/// What a proof is made over: a scan, and the other keys of a look-up, need not have the rest.
record for_a_proof(record of) {
    of.last_used_at.reset();
    of.uses = 0;
    of.sealed.reset();
    return of;
}

store_identity sample_identity(unsigned number) {
    return {.id = {std::byte{9}, static_cast<std::byte>(number)},
            .keyring = "version " + std::to_string(number) + "\npepper 1 current 0123456789abcdef\n",
            .proof = {.key = number, .mac = digest_of(number).mac}};
}

void check_same(const std::optional<store_identity>& found, const store_identity& expected) {
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->id == expected.id);
    BOOST_TEST(found->keyring == expected.keyring);
    BOOST_TEST(found->proof.key == expected.proof.key);
    BOOST_TEST(found->proof.mac == expected.proof.mac);
}

/// An idempotency entry that lives until `at_ms(10)`.
idempotency_entry sample_entry(std::uint8_t number, std::uint32_t proof_key = 0) {
    return {.token = {std::byte{number}},
            .arguments = {},
            .credential = id_of(1),
            .handle = {},
            .created_at = at_ms(0),
            .expires_at = at_ms(10),
            .proof = {.key = proof_key, .mac = digest_of(proof_key).mac}};
}

}  // namespace

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
    check_same(without_metadata(view->about), without_metadata(owner));
    check_same(view->key, key);
    BOOST_REQUIRE(view->others.size() == 1U);
    check_same(for_a_proof(view->others[0]), for_a_proof(bare));
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
        must(tx.insert(sample_entry(1)));
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
    must(tx.insert(sample_entry(1, 77)));
    must(tx.put(sample_identity(1)));
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
        BOOST_TEST(!must(tx.identity()).has_value());
        BOOST_TEST(!must(tx.is_proof_key_used(77)));
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
        check_same(must(tx.identity()), sample_identity(1));
        BOOST_TEST(must(tx.is_proof_key_used(77)));
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
                            .expires_at = at_ms(200),
                            .proof = {.key = 4'294'967'295, .mac = digest_of(5).mac}};
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
    BOOST_TEST(found->proof.key == entry.proof.key);
    BOOST_TEST(found->proof.mac == entry.proof.mac);
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

BOOST_AUTO_TEST_CASE_TEMPLATE(remembers_its_identity_and_one_of_them_only, Place, places) {
    Place place;
    BOOST_TEST(!must(place.store.identity()).has_value());
    for (unsigned number = 1; number <= 3; ++number) {
        const store_identity next = sample_identity(number);
        must(place.store.transact([&](auto& tx) -> result<void> {
            must(tx.put(next));
            check_same(must(tx.identity()), next);  // it reads its own write
            return {};
        }));
        check_same(must(place.store.identity()), next);
    }
    const auto failed = place.store.transact([](auto& tx) -> result<void> {
        must(tx.put(sample_identity(9)));
        return error{errc::conflict, "on purpose"};
    });
    BOOST_TEST(!failed);
    check_same(must(place.store.identity()), sample_identity(3));
    const std::uint64_t count = place.store.change_count();
    BOOST_TEST(must(place.store.changes_after(0, 9)).empty());  // it is no change of a credential
    must(issue(place.store, 1));
    BOOST_TEST(place.store.change_count() != count);
    check_same(must(place.store.identity()), sample_identity(3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(proves_a_credential_and_changes_nothing_else_of_it, Place, places) {
    Place place;
    for (const std::uint32_t number : {1U, 2U}) must(issue(place.store, number));
    credential expected = sample_credential(1);
    for (const std::uint32_t key : {8U, 4'294'967'295U, 0U}) {
        expected.metadata_digest = digest_of(40 + key % 50).mac;
        expected.proof = {key, digest_of(50 + key % 50).mac};
        must(place.store.transact([&](auto& tx) -> result<void> {
            must(tx.prove(expected.id, expected.metadata_digest, expected.proof));
            check_same(*must(tx.find(expected.id)), expected);  // it reads its own write
            return {};
        }));
        const auto whole = must(place.store.read(expected.id));
        check_same(whole->about, expected);
        check_same(whole->keys.at(0), sample_record(1, 2));
        check_same(without_metadata(must(place.store.look_up(format_name, handle{2}))->about),
                   without_metadata(expected));
        check_same(must(place.store.list({}, "")).items.at(0).about, expected);
    }
    check_same(must(place.store.read(id_of(2)))->about, sample_credential(2));
    BOOST_TEST(must(place.store.changes_after(0, 9)).size() == 2U);
    const auto prove = [](auto& tx, std::uint32_t number) {
        return tx.prove(id_of(number), digest_bytes{}, row_proof{.key = 5, .mac = {}});
    };
    BOOST_TEST(code_of(place.store.transact([&](auto& tx) { return prove(tx, 99); })) == errc::conflict);
    const auto failed = place.store.transact([&](auto& tx) -> result<void> {
        must(prove(tx, 1));
        return error{errc::illegal_state, "no"};
    });
    BOOST_TEST(code_of(failed) == errc::illegal_state);
    check_same(must(place.store.read(expected.id))->about, expected);
    // An update writes the proof that it is given, and one after `prove` in the same transaction keeps both.
    must(place.store.transact([&](auto& tx) -> result<void> {
        must(prove(tx, 2));
        credential owner = *must(tx.find(id_of(2)));
        BOOST_TEST(owner.proof.key == 5U);
        ++owner.version;
        owner.proof.key = 6;
        return tx.update(owner);
    }));
    BOOST_TEST(must(place.store.read(id_of(2)))->about.proof.key == 6U);
    BOOST_TEST(must(place.store.read(id_of(2)))->about.metadata_digest == digest_bytes{});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(knows_which_proof_keys_its_rows_need, Place, places) {
    Place place;
    const auto is_used = [&](std::uint32_t number) {
        return must(place.store.transact([&](auto& tx) { return tx.is_proof_key_used(number); }));
    };
    BOOST_TEST(!is_used(0));
    for (const std::uint32_t number : {1U, 2U}) must(issue(place.store, number));  // proof keys 2 and 3
    must(place.store.transact([](auto& tx) { return tx.insert(sample_entry(1, 7)); }));
    must(place.store.transact([](auto& tx) { return tx.put(sample_identity(9)); }));  // its own proof does not count
    for (std::uint32_t number = 0; number < 12; ++number)
        BOOST_TEST(is_used(number) == (number == 2 || number == 3 || number == 7), number);
    BOOST_TEST(!is_used(4'294'967'295U));

    must(place.store.transact([&](auto& tx) -> result<void> {
        must(tx.prove(id_of(1), digest_bytes{}, row_proof{.key = 4'294'967'295U, .mac = {}}));
        BOOST_TEST(must(tx.is_proof_key_used(4'294'967'295U)));
        BOOST_TEST(!must(tx.is_proof_key_used(2)));
        credential owner = *must(tx.find(id_of(2)));
        ++owner.version;
        owner.proof.key = 4;
        must(tx.update(owner));
        BOOST_TEST(must(tx.is_proof_key_used(4)));
        BOOST_TEST(!must(tx.is_proof_key_used(3)));
        credential fresh = sample_credential(3);
        fresh.proof.key = 5;
        must(tx.insert(fresh));
        BOOST_TEST(must(tx.is_proof_key_used(5)));
        return {};
    }));
    BOOST_TEST(is_used(4'294'967'295U));
    BOOST_TEST(!is_used(2));
    idempotency_entry later = sample_entry(2, 8);
    later.created_at = at_ms(10);  // by now the other one has expired
    later.expires_at = at_ms(20);
    must(place.store.transact([&](auto& tx) { return tx.insert(later); }));
    BOOST_TEST(is_used(8));
    BOOST_TEST(!is_used(7));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_the_other_keys_of_a_key_in_one_look_up, Place, places) {
    Place place;
    must(issue(place.store, 1));
    must(issue(place.store, 2));
    record of_another_format = sample_record(1, 2, 2);  // with the same handle
    of_another_format.format = "instance_test";
    record retiring = sample_record(1, 50, 3);
    retiring.state = key_state::retiring;
    retiring.retires_at = at_ms(7);
    must(place.store.transact([&](auto& tx) -> result<void> {
        must(tx.insert(of_another_format));
        must(tx.insert(retiring));
        return tx.insert(revoked_record(1, 51, 4));
    }));
    const usage used{std::string{format_name}, handle{2}, at_ms(50), 3};
    must(place.store.record_usage({&used, 1}));
    const auto check_others = [&](std::string_view format, std::uint64_t number, std::vector<record> expected) {
        const auto view = must(place.store.look_up(format, handle{number}));
        BOOST_REQUIRE(view.has_value());
        BOOST_REQUIRE(view->others.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            check_same(for_a_proof(view->others[i]), for_a_proof(expected[i]));
    };
    check_others(format_name, 2, {retiring, of_another_format});
    check_others("instance_test", 2, {retiring, sample_record(1, 2)});
    check_others(format_name, 50, {of_another_format, sample_record(1, 2)});
    check_others(format_name, 51, {retiring, of_another_format, sample_record(1, 2)});  // a revoked one is found, too
    check_others(format_name, 3, {});
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

    for (const std::string_view format : {format_name, std::string_view{"instance_test"}, std::string_view{"none"}}) {
        scanned all;
        const feed_head head = must(place.store.scan(format, all));
        const change newest = must(place.store.changes_after(0, 1'000)).back();
        BOOST_TEST(head == (feed_head{newest.sequence, newest.tag}));
        BOOST_TEST(all.begun == 1);
        BOOST_TEST(all.promised.first == 9U);
        // Nine, one dead, one more. Those of other formats are given, because a proof is over all, and not counted.
        BOOST_TEST(all.promised.second == (format == format_name ? 9U : format == "instance_test" ? 1U : 0U));
        BOOST_REQUIRE(all.owners.size() == 9U);
        BOOST_REQUIRE(all.keys.size() == 10U);
        std::size_t keys = 0;
        for (std::uint32_t number = 1; number <= 9; ++number) {
            const auto view = must(place.store.read_live(id_of(number)));
            check_same(all.owners[number - 1], without_metadata(view->about));
            for (const record& expected : view->keys) {
                const auto key = std::find_if(all.keys.begin(), all.keys.end(), [&](const record& one) {
                    return one.format == expected.format && one.handle == expected.handle;
                });
                BOOST_REQUIRE((key != all.keys.end()));
                check_same(*key, for_a_proof(expected));
                ++keys;
            }
        }
        BOOST_TEST(keys == all.keys.size());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ends_a_scan_with_the_first_error_of_who_takes_it, Place, places) {
    Place place;
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(place.store, number));
    scanned few_owners{.most_owners = 2};
    BOOST_TEST(code_of(place.store.scan(format_name, few_owners)) == errc::not_recoverable);
    BOOST_TEST(few_owners.owners.size() == 2U);
    BOOST_TEST(few_owners.keys.size() == 2U);
    must(issue(place.store, 6));  // and leaves the store as usable as it was
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a memory_store offers beyond a key_store: a hook before each commit, and rows that can be restored.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../support/stores.hpp"

using namespace support;

namespace {

using journal = std::vector<written_rows>;

memory_store::before_commit into(journal& kept) {
    return [&kept](const written_rows& rows) -> result<void> {
        kept.push_back(rows);
        return {};
    };
}

record revoked_record(std::uint32_t number, std::uint64_t handle_value, std::uint32_t generation) {
    record key = sample_record(number, handle_value, generation);
    must(revoke(key, at_ms(5)));
    return key;
}

idempotency_entry sample_token(std::uint8_t number, std::int64_t expires_ms) {
    return {.token = {std::byte{number}},
            .arguments = {std::byte{7}},
            .credential = id_of(1),
            .handle = handle{2},
            .created_at = at_ms(0),
            .expires_at = at_ms(expires_ms)};
}

/// Everything that a transaction can write, and more than once.
void write_history(memory_store& store) {
    must(issue(store, 9));
    must(issue(store, 1));
    must(store.transact([](auto& tx) -> result<void> {
        must(tx.insert(sample_credential(7)));  // two issues, and the later id first
        must(tx.insert(sample_credential(3, "umbrella")));
        must(tx.insert(sample_record(3, 50)));
        for (std::uint32_t g = 2; g <= 5; ++g) must(tx.insert(revoked_record(1, 900 - g, g)));
        must(tx.insert(sample_token(1, 10)));
        must(tx.put({{std::byte{1}}, "version 1\n", {.key = 4}}));
        must(tx.bind_hash("instance", hash_name{"another-hash"}));
        must(tx.append(sample_change(3)));
        return tx.append(sample_event(3, "umbrella"));
    }));
    const std::vector<usage> used{{std::string{format_name}, handle{2}, at_ms(70), 3},
                                  {std::string{format_name}, handle{77}, at_ms(70), 1}};
    must(store.record_usage(used));
    must(revoke_key(store, 9));
    must(store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(must(tx.prune(id_of(1), 4)) == 2U);
        must(tx.insert(sample_record(1, 898, 6)));  // the name of a key that was pruned
        must(tx.insert(sample_record(3, 897, 2)));  // and that of another one, for another credential
        return tx.insert(sample_token(2, 90));
    }));
}

void check_same(const std::vector<record>& a, const std::vector<record>& b) {
    BOOST_REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) support::check_same(a[i], b[i]);
}

/// Compares all that can be read.
void check_equal(memory_store& a, memory_store& b) {
    const auto listed = must(a.list({.limit = 1'000}, "")).items;
    const auto others = must(b.list({.limit = 1'000}, "")).items;
    BOOST_REQUIRE(listed.size() == others.size());
    for (std::size_t i = 0; i < listed.size(); ++i) {
        support::check_same(listed[i].about, others[i].about);
        check_same(listed[i].keys, others[i].keys);
    }
    const auto events = must(a.audit({.limit = 1'000}, "")).items;
    const auto other_events = must(b.audit({.limit = 1'000}, "")).items;
    BOOST_REQUIRE(events.size() == other_events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        BOOST_TEST(events[i].sequence == other_events[i].sequence);
        BOOST_TEST(events[i].at == other_events[i].at);
        BOOST_TEST(events[i].actor == other_events[i].actor);
        BOOST_TEST(events[i].action == other_events[i].action);
        BOOST_TEST(events[i].tenant == other_events[i].tenant);
        BOOST_TEST(events[i].credential == other_events[i].credential);
        BOOST_TEST((events[i].handle == other_events[i].handle));
        BOOST_TEST(events[i].source_address == other_events[i].source_address);
        BOOST_TEST(events[i].reason == other_events[i].reason);
    }
    const auto changes = must(a.changes_after(0, 1'000));
    const auto other_changes = must(b.changes_after(0, 1'000));
    BOOST_REQUIRE(changes.size() == other_changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        BOOST_TEST(changes[i].sequence == other_changes[i].sequence);
        BOOST_TEST(changes[i].tag == other_changes[i].tag);
        BOOST_TEST((changes[i].kind == other_changes[i].kind));
        BOOST_TEST(changes[i].credential == other_changes[i].credential);
        BOOST_TEST(changes[i].version == other_changes[i].version);
        BOOST_TEST(changes[i].at == other_changes[i].at);
    }
    scanned all;
    scanned others_all;
    BOOST_TEST(must(a.scan(format_name, all)) == must(b.scan(format_name, others_all)));
    BOOST_TEST((all.promised == others_all.promised));
    BOOST_REQUIRE(all.owners.size() == others_all.owners.size());
    for (std::size_t i = 0; i < all.owners.size(); ++i) BOOST_TEST(all.owners[i].id == others_all.owners[i].id);
    BOOST_REQUIRE(all.keys.size() == others_all.keys.size());
    for (std::size_t i = 0; i < all.keys.size(); ++i) {
        BOOST_TEST(all.keys[i].handle == others_all.keys[i].handle);
        BOOST_TEST(all.keys[i].digest.mac == others_all.keys[i].digest.mac);
    }
    BOOST_TEST(a.change_count() == b.change_count());
    const auto asked = [](memory_store& store) {
        return must(store.transact([](auto& tx) -> result<std::string> {
            std::string said;
            if (const auto identity = must(tx.identity()))
                said += identity->keyring + std::to_string(identity->proof.key) + ' ';
            for (const unsigned number : {1U, 2U, 3U}) {
                const auto known = must(tx.find_idempotent({static_cast<std::byte>(number)}, at_ms(5)));
                said += known ? std::to_string(known->expires_at.time_since_epoch().count()) + ' ' : "none ";
            }
            const hash_name bound = must(tx.bind_hash("instance", hash_name{"asked"}));
            return said + std::string{bound.view()};
        }));
    };
    BOOST_TEST(asked(a) == asked(b));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hook_of_a_memory_store)

BOOST_AUTO_TEST_CASE(is_given_exactly_what_was_written) {
    journal kept;
    memory_store store{into(kept)};
    must(issue(store, 1));
    BOOST_REQUIRE(kept.size() == 1U);
    const written_rows& first = kept[0];
    BOOST_REQUIRE((first.credentials.size() == 1U && first.keys.size() == 1U));
    support::check_same(first.credentials[0], sample_credential(1));
    support::check_same(first.keys[0], sample_record(1, 2));
    BOOST_REQUIRE((first.changes.size() == 1U && first.audit.size() == 1U));
    BOOST_TEST(first.changes[0].sequence == 1U);
    BOOST_TEST(first.changes[0].tag == sample_change(1).tag);
    BOOST_TEST(first.audit[0].sequence == 1U);
    BOOST_TEST(first.audit[0].reason == sample_event(1).reason);
    BOOST_TEST((first.pruned.empty() && first.tokens.empty() && !first.identity && first.hashes.empty()));
    BOOST_TEST(first.used.empty());

    must(store.transact([](auto& tx) -> result<void> {
        must(tx.insert(sample_credential(7)));
        must(tx.insert(sample_credential(3)));
        must(tx.insert(sample_record(3, 60, 2)));
        must(tx.insert(sample_record(3, 50, 3)));
        must(tx.insert(revoked_record(3, 40, 1)));
        BOOST_TEST(must(tx.prune(id_of(3), 2)) == 1U);  // of this transaction: it was never there
        auto owner = *must(tx.find(id_of(1)));
        for (owner.version = 2; owner.version < 4; ++owner.version) must(tx.update(owner));
        auto key = *must(tx.find(format_name, handle{2}));
        must(revoke(key, at_ms(5)));
        must(tx.update(key));
        must(tx.insert(sample_token(1, 10)));
        must(tx.put({{}, "version 2\n", {.key = 2}}));
        must(tx.bind_hash("instance", hash_name{"another-hash"}));
        BOOST_TEST(!tx.insert(sample_credential(7)));
        return {};
    }));
    BOOST_REQUIRE(kept.size() == 2U);
    const written_rows& second = kept[1];
    BOOST_REQUIRE(second.credentials.size() == 3U);
    BOOST_TEST(second.credentials[0].id == id_of(7));
    BOOST_TEST(second.credentials[1].id == id_of(3));
    BOOST_TEST(second.credentials[2].id == id_of(1));
    BOOST_TEST(second.credentials[2].version == 3U);
    BOOST_REQUIRE(second.keys.size() == 3U);
    BOOST_TEST(second.keys[0].handle.value == 60U);
    BOOST_TEST(second.keys[1].handle.value == 50U);
    BOOST_TEST(second.keys[2].handle.value == 2U);
    BOOST_TEST((second.keys[2].state == key_state::revoked));
    BOOST_REQUIRE((second.tokens.size() == 1U && second.identity && second.hashes.size() == 1U));
    BOOST_TEST(second.tokens[0].token == sample_token(1, 10).token);
    BOOST_TEST(second.identity->proof.key == 2U);
    BOOST_TEST(second.hashes[0].format == "instance");
    BOOST_TEST(second.hashes[0].hash == hash_name{"another-hash"});
    BOOST_TEST((second.pruned.empty() && second.changes.empty() && second.audit.empty() && second.used.empty()));

    must(store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(must(tx.prune(id_of(1), 2)) == 1U);
        return {};
    }));
    BOOST_REQUIRE(kept.size() == 3U);
    BOOST_REQUIRE(kept[2].pruned.size() == 1U);
    BOOST_TEST(kept[2].pruned[0].format == format_name);
    BOOST_TEST(kept[2].pruned[0].handle == handle{2});
    BOOST_TEST((kept[2].keys.empty() && kept[2].credentials.empty()));
}

BOOST_AUTO_TEST_CASE(is_given_what_was_used) {
    journal kept;
    memory_store store{into(kept)};
    must(issue(store, 1));
    const std::vector<usage> used{{std::string{format_name}, handle{2}, at_ms(70), 3}};
    must(store.record_usage(used));
    must(store.record_usage({}));
    BOOST_REQUIRE(kept.size() == 2U);
    BOOST_REQUIRE(kept[1].used.size() == 1U);
    BOOST_TEST(kept[1].used[0].handle == handle{2});
    BOOST_TEST(kept[1].used[0].uses == 3U);
    BOOST_TEST((kept[1].used[0].last_used_at == at_ms(70)));
    BOOST_TEST(must(store.look_up(format_name, handle{2}))->key.uses == 3U);
}

BOOST_AUTO_TEST_CASE(is_not_called_if_nothing_was_written_or_the_body_failed) {
    journal kept;
    memory_store store{into(kept)};
    must(store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(!must(tx.find(id_of(1))).has_value());
        return {};
    }));
    BOOST_TEST(!store.transact([](auto& tx) -> result<void> {
        must(tx.insert(sample_credential(1)));
        return error{errc::illegal_state, "no"};
    }));
    BOOST_TEST(kept.empty());
}

BOOST_AUTO_TEST_CASE(refuses_the_whole_transaction) {
    bool refuses = false;
    memory_store store{[&](const written_rows&) -> result<void> {
        if (refuses) return error{errc::unavailable, "the disk is full"};
        return {};
    }};
    write_history(store);
    memory_store same;
    write_history(same);

    refuses = true;
    const auto refused = store.transact([](auto& tx) -> result<int> {
        must(tx.insert(sample_credential(2)));
        must(tx.insert(sample_record(2, 3)));
        must(tx.append(sample_change(2)));
        must(tx.append(sample_event(2)));
        BOOST_TEST(must(tx.prune(id_of(1), 9)) == 2U);
        must(tx.insert(sample_token(3, 10)));
        must(tx.put({{std::byte{1}}, "version 3\n", {.key = 3}}));
        must(tx.bind_hash("other", hash_name{"another-hash"}));
        return 1;
    });
    BOOST_TEST(code_of(refused) == errc::unavailable);
    BOOST_TEST(refused.error().context() == "the disk is full");
    const std::vector<usage> used{{std::string{format_name}, handle{2}, at_ms(99), 3}};
    BOOST_TEST(code_of(store.record_usage(used)) == errc::unavailable);
    refuses = false;
    BOOST_TEST(!must(store.look_up(format_name, handle{3})).has_value());
    BOOST_TEST(store.change_count() == same.change_count());
    check_equal(store, same);
}

BOOST_AUTO_TEST_CASE(gives_rows_that_restore_an_equal_store) {
    journal kept;
    memory_store store{into(kept)};
    write_history(store);
    const auto pruned = must(store.read(id_of(1)))->keys;
    BOOST_REQUIRE(pruned.size() == 4U);  // the control: generations 6, 5, 4 and 1
    BOOST_TEST(pruned[0].handle.value == 898U);

    bool was_asked = false;
    memory_store again{[&](const written_rows&) -> result<void> {
        was_asked = true;
        return {};
    }};
    for (const written_rows& rows : kept) must(again.restore(rows));
    BOOST_TEST(!was_asked);
    BOOST_TEST(again.change_count() == 4U);
    BOOST_TEST(must(again.look_up(format_name, handle{2}))->key.uses == 3U);
    check_equal(store, again);
    must(issue(store, 20));
    must(issue(again, 20));
    check_equal(store, again);
}

BOOST_AUTO_TEST_CASE(gives_rows_that_are_restored_in_their_order_only) {
    journal kept;
    memory_store store{into(kept)};
    write_history(store);
    BOOST_TEST(must(store.transact([](auto& tx) { return tx.prune(id_of(1), 6); })) == 2U);  // and no change
    memory_store again;
    std::size_t done = 0;
    const auto refuses = [&](const written_rows& rows) {
        const std::uint64_t before = again.change_count();
        BOOST_TEST(code_of(again.restore(rows)) == errc::corrupt);
        BOOST_TEST(again.change_count() == before);
    };
    for (const written_rows& rows : kept) {
        const bool has_next = done + 1 < kept.size();
        if (done > 0 && !kept[done - 1].changes.empty()) refuses(kept[done - 1]);                           // again
        if (has_next && !rows.changes.empty() && !kept[done + 1].changes.empty()) refuses(kept[done + 1]);  // too early
        must(again.restore(rows));
        ++done;
    }
    refuses(kept.back());
    refuses({.hashes = {{"instance", hash_name{"third-hash"}}}});
    check_equal(store, again);

    const auto refuses_altered = [&](const std::function<void(written_rows&)>& alter) {
        memory_store last;
        for (std::size_t i = 0; i < 2; ++i) must(last.restore(kept[i]));
        written_rows rows = kept[2];
        alter(rows);
        BOOST_TEST(code_of(last.restore(rows)) == errc::corrupt);
        must(last.restore(kept[2]));  // nothing had changed
    };
    refuses_altered([](written_rows& rows) { rows.credentials[0].scopes = {"two words"}; });
    refuses_altered([](written_rows& rows) { rows.credentials.push_back(rows.credentials[0]); });
    refuses_altered([](written_rows& rows) { rows.credentials.push_back(sample_credential(9)); });
    refuses_altered([](written_rows& rows) { rows.keys[0].credential = id_of(99); });
    refuses_altered([](written_rows& rows) { rows.keys.push_back(rows.keys[0]); });
    refuses_altered([](written_rows& rows) { rows.keys.push_back(sample_record(9, 2)); });  // it is of credential 1
    refuses_altered([](written_rows& rows) { rows.pruned.push_back({"instance", handle{77}}); });
    refuses_altered([](written_rows& rows) { rows.pruned.assign(2, {"instance", handle{2}}); });
    refuses_altered([](written_rows& rows) { rows.changes[0].sequence = 4; });
    refuses_altered([](written_rows& rows) { rows.audit[0].sequence = 2; });
}

BOOST_AUTO_TEST_SUITE_END()

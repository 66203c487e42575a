// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Several processes on one file, and processes that are killed during a change.
#include <chrono>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../../support/stores.hpp"
#include "child.hpp"

using namespace support;

BOOST_AUTO_TEST_SUITE(another_process)

BOOST_AUTO_TEST_CASE(that_revoked_a_key_is_heard_by_the_count_and_seen_by_the_next_look_up) {
    sqlite_place place;
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(place.store, number));
    for (std::uint32_t number = 1; number <= 5; ++number) {
        BOOST_TEST(must(place.store.look_up(format_name, handle{number + 1ULL}))->key.state == key_state::active);
        const std::uint64_t before = place.store.change_count();
        BOOST_TEST(place.store.change_count() == before);  // the control: nothing else moves it
        child_process child{{"revoke", place.path, std::to_string(number)}};
        BOOST_TEST(child.output() == "");
        BOOST_TEST(child.status() == 0);
        BOOST_TEST(place.store.change_count() != before);
        BOOST_TEST(must(place.store.look_up(format_name, handle{number + 1ULL}))->key.state == key_state::revoked);
        BOOST_TEST(must(place.store.changes_after(4 + number, 10)).at(0).kind == change_kind::key_revoked);
    }
}

BOOST_AUTO_TEST_CASE(moves_the_count_with_each_change_and_not_only_when_it_opens) {
    sqlite_place place;
    const std::uint64_t before = place.store.change_count();
    BOOST_TEST(child_process({"issue-many", place.path, "100"}).status() == 0);
    BOOST_TEST(place.store.change_count() >= before + 40);
}

BOOST_AUTO_TEST_CASE(may_make_the_store_at_the_same_moment) {
    for (int round = 0; round < 10; ++round) {
        const temporary_folder folder;
        const std::string path = folder / "keys.db";
        std::vector<std::unique_ptr<child_process>> children;
        for (std::uint32_t i = 0; i < 6; ++i)
            children.push_back(
                std::make_unique<child_process>(std::vector<std::string>{"issue", path, std::to_string(i)}));
        for (const auto& child : children) {
            BOOST_TEST(child->output() == "");
            BOOST_TEST(child->status() == 0);
        }
        const auto store = must(sqlite_store::open(path));
        BOOST_TEST(must(store.list({}, "")).items.size() == 6U);
        BOOST_TEST(must(store.changes_after(0, 100)).size() == 6U);
    }
}

BOOST_AUTO_TEST_CASE(may_write_during_a_scan_which_shows_one_moment) {
    sqlite_place place;
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(place.store, number));
    scanned all;
    all.on_owner = [&] {
        if (all.owners.size() != 2) return;
        BOOST_TEST(child_process({"revoke", place.path, "5"}).status() == 0);
        BOOST_TEST(child_process({"issue", place.path, "700"}).status() == 0);
    };
    BOOST_TEST(must(place.store.scan(format_name, all)).sequence == 5U);
    BOOST_TEST(all.owners.size() == 5U);
    BOOST_TEST(all.keys.size() == 5U);
    for (const record& key : all.keys) BOOST_TEST(key.state == key_state::active);
    scanned after;
    BOOST_TEST(must(place.store.scan(format_name, after)).sequence == 7U);
    BOOST_TEST(after.keys.size() == 5U);
}

BOOST_AUTO_TEST_CASE(takes_turns_at_writing_and_leaves_no_gap) {
    sqlite_place place;
    std::vector<std::unique_ptr<child_process>> children;
    for (std::uint32_t i = 1; i <= 4; ++i)
        children.push_back(std::make_unique<child_process>(
            std::vector<std::string>{"issue-many", place.path, std::to_string(1'000 * i)}));
    for (std::uint32_t number = 1; number <= 20; ++number) must(issue(place.store, number));
    for (const auto& child : children) {
        BOOST_TEST(child->output() == "");
        BOOST_TEST(child->status() == 0);
    }
    const auto changes = must(place.store.changes_after(0, 1'000));
    BOOST_REQUIRE(changes.size() == 4 * 40 + 20);
    for (std::size_t i = 0; i < changes.size(); ++i) BOOST_TEST(changes[i].sequence == i + 1);
    BOOST_TEST(must(place.store.list({.limit = 1'000}, "")).items.size() == changes.size());
}

/// Checks that for every number, credential, record, changes and audit events are either all stored or all missing.
void check_whole(const sqlite_store& store, const std::set<std::uint32_t>& acknowledged,
                 const std::set<std::uint32_t>& revoked) {
    std::vector<change> changes;
    for (;;) {
        const auto more = must(store.changes_after(changes.size(), 500));
        if (more.empty()) break;
        changes.insert(changes.end(), more.begin(), more.end());
    }
    std::vector<audit_event> events;
    for (page_request which{.limit = 1'000};;) {
        const auto page = must(store.audit(which, ""));
        events.insert(events.begin(), page.items.rbegin(), page.items.rend());
        if (page.next.empty()) break;
        which.cursor = page.next;
    }
    BOOST_REQUIRE(events.size() == changes.size());
    for (std::size_t i = 0; i < events.size(); ++i) BOOST_REQUIRE(events[i].credential == changes[i].credential);
    std::set<credential_id> issued;
    std::set<credential_id> dead;
    for (const change& what : changes) {
        if (what.kind == change_kind::issued) BOOST_REQUIRE(issued.insert(what.credential).second);
        if (what.kind == change_kind::key_revoked) BOOST_REQUIRE(dead.insert(what.credential).second);
    }
    std::size_t listed = 0;
    for (page_request which{.limit = 1'000};;) {
        const auto page = must(store.list(which, ""));
        for (const auto& view : page.items) {
            ++listed;
            BOOST_REQUIRE(issued.contains(view.about.id));
            BOOST_REQUIRE(view.keys.size() == 1);
            BOOST_REQUIRE((view.keys[0].state == key_state::revoked) == dead.contains(view.about.id));
            BOOST_REQUIRE(view.about.scopes.size() == 2);
        }
        if (page.next.empty()) break;
        which.cursor = page.next;
    }
    BOOST_TEST(listed == issued.size());
    for (const std::uint32_t number : acknowledged) BOOST_REQUIRE(issued.contains(id_of(number)));
    for (const std::uint32_t number : revoked) BOOST_REQUIRE(dead.contains(id_of(number)));
}

BOOST_AUTO_TEST_CASE(that_is_killed_takes_nothing_that_was_acknowledged_and_leaves_nothing_in_halves) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    std::set<std::uint32_t> acknowledged;
    std::set<std::uint32_t> revoked;
    std::mt19937 random{20'26};
    constexpr int kills = 20;
    for (int round = 0; round < kills; ++round) {
        child_process child{{"write", path, std::to_string(1 + round * 100'000)}};
        std::string printed = child.line() + "\n";  // it is under way
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 60'000});
        child.kill();
        printed += child.output();
        BOOST_TEST(child.status() == 128 + 9);
        for (std::size_t at = 0, end = 0; (end = printed.find('\n', at)) != std::string::npos; at = end + 1) {
            std::string line = printed.substr(at, end - at);
            if (line.starts_with("revoked ")) {
                revoked.insert(static_cast<std::uint32_t>(std::stoul(line.substr(8))));
            } else {
                acknowledged.insert(static_cast<std::uint32_t>(std::stoul(line)));
            }
        }
        check_whole(must(sqlite_store::open(path)), acknowledged, revoked);
    }
    BOOST_TEST(acknowledged.size() >= static_cast<std::size_t>(kills));
    BOOST_TEST(!revoked.empty());
    BOOST_TEST(raw_database{path}.text("PRAGMA integrity_check") == "ok");
    BOOST_TEST(raw_database{path}.text("PRAGMA foreign_key_check") == "");
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store on a full or failing disk, and in a power cut, in which no acknowledged change may be lost.
#include <string>

#include "../../support/faulty_disk.hpp"
#include "../../support/stores.hpp"

using namespace support;

namespace {

/// Checks that the first issue is stored and nothing of the second, and that the store continues to work.
void check_that_nothing_was_written(sqlite_store& store) {
    BOOST_TEST(must(store.look_up(format_name, handle{2})).has_value());
    BOOST_TEST(!must(store.read(id_of(2))).has_value());
    BOOST_TEST(!must(store.look_up(format_name, handle{3})).has_value());
    BOOST_TEST(must(store.changes_after(0, 10)).size() == 1U);
    BOOST_TEST(must(store.audit({}, "")).items.size() == 1U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_failing_disk)

BOOST_AUTO_TEST_CASE(has_everything_of_a_change_before_the_call_returns) {
    faulty_disk disk;
    sqlite_place place;
    for (std::uint32_t number = 1; number <= 20; ++number) {
        must(issue(place.store, number));
        BOOST_TEST(!disk.log_is_unsynced());
        must(revoke_key(place.store, number));
        BOOST_TEST(!disk.log_is_unsynced());
    }
    // The control: how this test detects a less careful store.
    raw_database careless{place.path};
    careless.run("PRAGMA synchronous = NORMAL; UPDATE credential SET name = 'x'");
    BOOST_TEST(disk.log_is_unsynced());
}

BOOST_AUTO_TEST_CASE(that_is_full_at_any_moment_keeps_nothing_by_halves) {
    faulty_disk disk;
    int refused = 0;
    for (int good_writes = 0;; ++good_writes) {
        sqlite_place place;
        must(issue(place.store, 1));
        disk.fail_writes_after(good_writes, SQLITE_FULL);
        const int failures = disk.failures();
        const auto outcome = issue(place.store, 2);
        const bool met = disk.failures() != failures;
        disk.heal();
        BOOST_REQUIRE(static_cast<bool>(outcome) != met);
        if (!met) break;  // it needed no more writes than that
        ++refused;
        BOOST_TEST(outcome.error().code() == errc::unavailable);
        BOOST_TEST(outcome.error().context().find("disk full") != std::string::npos, outcome.error().message());
        BOOST_TEST(outcome.error().context().find(place.path) != std::string::npos, outcome.error().message());
        check_that_nothing_was_written(place.store);
        must(issue(place.store, 2));
        BOOST_TEST(must(place.store.changes_after(0, 10)).size() == 2U);
        BOOST_TEST(raw_database{place.path}.text("PRAGMA integrity_check") == "ok");
    }
    BOOST_TEST(refused > 3);
}

BOOST_AUTO_TEST_CASE(that_fails_while_it_commits_leaves_the_change_in_doubt) {
    faulty_disk disk;
    {
        sqlite_place place;
        must(issue(place.store, 1));
        disk.fail_syncs();
        const auto outcome = issue(place.store, 2);
        disk.heal();
        BOOST_TEST(code_of(outcome) == errc::in_doubt);
        BOOST_TEST(outcome.error().context().find(place.path) != std::string::npos);
        check_that_nothing_was_written(place.store);  // here; a recovery after a power cut might find it
        must(issue(place.store, 2));
        BOOST_TEST(must(place.store.changes_after(0, 10)).size() == 2U);
    }
    sqlite_place place;
    must(issue(place.store, 1));
    disk.fail_writes_after(1, SQLITE_IOERR_WRITE);
    const auto outcome = issue(place.store, 2);
    disk.heal();
    BOOST_TEST(code_of(outcome) == errc::in_doubt);
    check_that_nothing_was_written(place.store);
}

BOOST_AUTO_TEST_CASE(that_fails_before_the_commit_leaves_no_doubt) {
    faulty_disk disk;
    sqlite_place place;
    must(issue(place.store, 1));
    const auto outcome = place.store.transact([&](auto& tx) -> result<void> {
        disk.fail_writes_after(0, SQLITE_IOERR_WRITE);
        // More than SQLite keeps in memory, so it starts to write before the commit.
        for (std::uint32_t number = 2; number < 200; ++number) {
            credential owner = sample_credential(number);
            owner.name = std::string(30'000, 'n');
            if (auto done = tx.insert(owner); !done) {
                disk.heal();
                // The transaction has ended; later calls of the body must not start a new one.
                (void)tx.insert(sample_credential(1'000));
                (void)tx.append(sample_event(1'000));
                return {};  // and a body that overlooks the failure does not get it committed
            }
        }
        return {};
    });
    BOOST_TEST(code_of(outcome) == errc::unavailable);
    BOOST_TEST(disk.failures() > 0);
    BOOST_TEST(!must(place.store.read(id_of(1'000))).has_value());
    check_that_nothing_was_written(place.store);
    must(issue(place.store, 2));
}

BOOST_AUTO_TEST_CASE(that_is_full_when_a_store_is_made_leaves_a_file_that_can_be_opened_later) {
    faulty_disk disk;
    int refused = 0;
    int opened_all_the_same = 0;
    for (int good_writes = 0;; ++good_writes) {
        const temporary_folder folder;
        const std::string path = folder / "keys.db";
        disk.fail_writes_after(good_writes, SQLITE_FULL);
        const int failures = disk.failures();
        auto opened = sqlite_store::open(path);
        const bool met = disk.failures() != failures;
        disk.heal();
        if (!met) {
            BOOST_TEST(static_cast<bool>(opened));
            break;
        }
        ++refused;
        if (!opened) {
            BOOST_TEST(opened.error().code() == errc::unavailable, opened.error().message());
            BOOST_TEST(opened.error().context().find("disk full") != std::string::npos, opened.error().message());
            BOOST_TEST(opened.error().context().find(path) != std::string::npos, opened.error().message());
        } else {
            // The failed write was not needed: this store is intact, and stores new changes.
            ++opened_all_the_same;
            must(issue(*opened, 2));
            BOOST_TEST(raw_database{path}.text("PRAGMA journal_mode") == "wal");
            BOOST_TEST(raw_database{path}.text("PRAGMA integrity_check") == "ok");
        }
        auto store = must(sqlite_store::open(path));
        BOOST_TEST(must(store.look_up(format_name, handle{3})).has_value() == static_cast<bool>(opened));
        must(issue(store, 1));
    }
    BOOST_TEST(refused > 10);
    BOOST_TEST(opened_all_the_same < refused / 2);
}

BOOST_AUTO_TEST_CASE(that_is_full_does_not_keep_a_key_from_being_looked_up) {
    faulty_disk disk;
    sqlite_place place;
    must(issue(place.store, 1));
    disk.fail_writes_after(0, SQLITE_FULL);
    BOOST_TEST(must(place.store.look_up(format_name, handle{2})).has_value());
    disk.heal();
}

BOOST_AUTO_TEST_SUITE_END()

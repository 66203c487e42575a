// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <contacts/contacts.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <sqlite.hpp>

#include "../support/secrets.hpp"
#include "../support/temporary_folder.hpp"
#include "printers.hpp"

namespace {

using crm::contact;
using crm::contact_outcome;
using crm::contact_store;
using shearline::errc;

template <typename T>
T require(shearline::result<T> outcome) {
    BOOST_REQUIRE_MESSAGE(outcome.operator bool(), (outcome ? std::string{} : outcome.error().message()));
    return *std::move(outcome);
}

struct store_under_test {
    support::temporary_folder home;
    std::string path = home.file("crm.db");
    contact_store contacts = require(contact_store::open(path));

    contact made(contact asked) {
        const auto done = require(contacts.create(std::move(asked)));
        BOOST_REQUIRE(done.outcome == contact_outcome::done);
        return done.contact;
    }
    contact read(const std::string& uuid) const { return require(contacts.find(uuid)).value(); }
};

/// Changes a database without the store.
void change(const std::string& path, const std::string& sql) {
    common::database{path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE}.run(sql);
}

/// Opening fails with this code and a message that names the file, which is not changed.
void refused(const std::string& path, errc code) {
    const std::string before = support::bytes_of(path);
    const auto opened = contact_store::open(path);
    BOOST_REQUIRE(!opened);
    BOOST_TEST(to_string(opened.error().code()) == to_string(code));
    BOOST_TEST(opened.error().context().find(path) == 0U);
    BOOST_TEST(support::bytes_of(path) == before);
}

std::vector<std::string> ids(const crm::contact_page& page) {
    std::vector<std::string> found;
    found.reserve(page.items.size());
    for (const contact& each : page.items) found.push_back(each.external_id);
    return found;
}

const std::vector<std::string> none;

}  // namespace

BOOST_AUTO_TEST_SUITE(contacts)

BOOST_FIXTURE_TEST_CASE(keeps_every_field_of_a_contact, store_under_test) {
    const contact asked{.external_id = "k-1",
                        .first_name = "Zo\xc3\xab",
                        .last_name = "O'Neil; DROP TABLE contact",
                        .email = "zoe@example.com",
                        .phone = "+49 30",
                        .company = "A % _ \\ B",
                        .metadata = R"({"vip":true})"};
    const contact made_one = made(asked);
    contact expected = asked;
    expected.uuid = made_one.uuid;
    expected.created_at = expected.updated_at = made_one.created_at;
    BOOST_TEST(made_one == expected);
    BOOST_TEST(read(made_one.uuid) == expected);
    contacts = require(contact_store::open(path));
    BOOST_TEST(read(made_one.uuid) == expected);
    BOOST_TEST(!require(contacts.find("00000000-0000-4000-8000-000000000000")).has_value());
}

BOOST_FIXTURE_TEST_CASE(gives_an_external_id_to_one_contact_alone, store_under_test) {
    const contact first = made({.external_id = "only"});
    const contact other = made({.external_id = "other"});
    made({.first_name = "has none"});
    made({.first_name = "has none either"});
    const auto again = require(contacts.create({.external_id = "only"}));
    BOOST_TEST(again.outcome == contact_outcome::duplicate);
    BOOST_TEST(again.contact.uuid == first.uuid);
    contact changed = other;
    changed.external_id = "only";
    const auto moved = require(contacts.update(changed));
    BOOST_TEST(moved.outcome == contact_outcome::duplicate);
    BOOST_TEST(moved.contact.uuid == first.uuid);
    BOOST_TEST(read(other.uuid) == other);
    BOOST_TEST(require(contacts.count()) == 4U);
}

BOOST_FIXTURE_TEST_CASE(changes_a_contact_only_as_it_was_read, store_under_test) {
    const contact first = made({.phone = "1"});
    contact second = first;
    second.phone = "2";
    const auto changed = require(contacts.update(second));
    BOOST_TEST(changed.outcome == contact_outcome::done);
    BOOST_TEST(changed.contact.revision == 2U);
    contact late = first;
    late.phone = "3";
    const auto stale = require(contacts.update(late));
    BOOST_TEST(stale.outcome == contact_outcome::stale);
    BOOST_TEST(stale.contact == changed.contact);
    BOOST_TEST(require(contacts.set_archived(first.uuid, true, 1)).outcome == contact_outcome::stale);
    BOOST_TEST(require(contacts.remove(first.uuid, 1)).outcome == contact_outcome::stale);
    BOOST_TEST(read(first.uuid) == changed.contact);
}

BOOST_FIXTURE_TEST_CASE(makes_no_revision_where_nothing_changes, store_under_test) {
    const contact first = made({.phone = "1"});
    BOOST_TEST(require(contacts.update(first)).contact == first);
    BOOST_TEST(require(contacts.set_archived(first.uuid, false, std::nullopt)).contact == first);
    const contact archived = require(contacts.set_archived(first.uuid, true, std::nullopt)).contact;
    BOOST_TEST(archived.revision == 2U);
    BOOST_TEST(require(contacts.set_archived(first.uuid, true, std::nullopt)).contact == archived);
    BOOST_TEST(read(first.uuid) == archived);
}

BOOST_FIXTURE_TEST_CASE(archives_restores_and_removes, store_under_test) {
    const contact first = made({.external_id = "a"});
    BOOST_TEST(read(first.uuid).archived == false);
    const contact archived = require(contacts.set_archived(first.uuid, true, first.revision)).contact;
    BOOST_TEST(archived.archived);
    BOOST_TEST(archived.archived_at.has_value());
    const contact restored = require(contacts.set_archived(first.uuid, false, archived.revision)).contact;
    BOOST_TEST(!restored.archived);
    BOOST_TEST(!restored.archived_at.has_value());
    BOOST_TEST(require(contacts.remove(first.uuid, restored.revision)).outcome == contact_outcome::done);
    BOOST_TEST(require(contacts.remove(first.uuid, std::nullopt)).outcome == contact_outcome::not_found);
    BOOST_TEST(require(contacts.update(restored)).outcome == contact_outcome::not_found);
    BOOST_TEST(require(contacts.set_archived(first.uuid, true, std::nullopt)).outcome == contact_outcome::not_found);
    made({.external_id = "a"});  // the name is free again
}

BOOST_FIXTURE_TEST_CASE(pages_in_the_order_of_creation, store_under_test) {
    for (int i = 0; i < 5; ++i) made({.external_id = std::to_string(i), .email = i % 2 == 0 ? "A@b.c" : ""});
    const auto page = [&](std::size_t number, crm::contact_filter filter) {
        return require(contacts.page(number, 2, filter));
    };
    BOOST_TEST(ids(page(1, {})) == (std::vector<std::string>{"0", "1"}));
    BOOST_TEST(ids(page(3, {})) == (std::vector<std::string>{"4"}));
    BOOST_TEST(ids(page(4, {})) == none);
    BOOST_TEST(page(4, {}).total == 5U);
    BOOST_TEST(ids(page(2, {.email = "a@B.C"})) == (std::vector<std::string>{"4"}));
    BOOST_TEST(page(1, {.email = "a@B.C"}).total == 3U);
    BOOST_TEST(ids(page(1, {.external_id = "3"})) == (std::vector<std::string>{"3"}));
    BOOST_TEST(ids(page(1, {.email = "a@b.c", .external_id = "3"})) == none);
}

BOOST_FIXTURE_TEST_CASE(lists_the_latest_change_first_and_searches_for_the_very_text, store_under_test) {
    contact first = made({.external_id = "1", .first_name = "Ann", .last_name = "Lee"});
    made({.external_id = "2", .company = "100% cotton"});
    made({.external_id = "3", .company = "1000 cottons", .metadata = R"({"a":"Ann"})"});
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    first.phone = "555";
    BOOST_REQUIRE(require(contacts.update(first)).outcome == contact_outcome::done);
    const auto found = [&](std::string_view search) { return ids(require(contacts.list(1, 10, search))); };
    BOOST_TEST(found("") == (std::vector<std::string>{"1", "3", "2"}));
    BOOST_TEST(found("ann lee") == (std::vector<std::string>{"1"}));
    BOOST_TEST(found("555") == (std::vector<std::string>{"1"}));
    BOOST_TEST(found("0% c") == (std::vector<std::string>{"2"}));
    BOOST_TEST(found("_") == none);
    BOOST_TEST(found("' OR 1 --") == none);
}

BOOST_FIXTURE_TEST_CASE(is_one_store_to_all_who_open_the_file, store_under_test) {
    contact_store other = require(contact_store::open(path));
    const contact first = made({.external_id = "x"});
    BOOST_TEST(require(other.find(first.uuid)) == first);
    BOOST_TEST(require(other.create({.external_id = "x"})).outcome == contact_outcome::duplicate);
}

BOOST_FIXTURE_TEST_CASE(is_readable_by_nobody_else, store_under_test) {
    made({});
    for (const char* name : {"crm.db", "crm.db-wal"}) {
        struct ::stat about {};
        BOOST_REQUIRE(::stat(home.file(name).c_str(), &about) == 0);
        BOOST_TEST((about.st_mode & 0777U) == 0600U);
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_it_did_not_write) {
    const support::temporary_folder home;
    const std::string one_byte = home.file("one");
    support::write_all(one_byte, "x");  // SQLite takes this for an empty database
    refused(one_byte, errc::corrupt);
    const std::string text = home.file("text");
    support::write_all(text, std::string(5'000, 'x'));
    refused(text, errc::corrupt);
    const std::string theirs = home.file("theirs");
    change(theirs, "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);");
    refused(theirs, errc::corrupt);
    const std::string link = home.file("link");
    (void)require(contact_store::open(home.file("target")));
    BOOST_REQUIRE(::symlink(home.file("target").c_str(), link.c_str()) == 0);
    refused(link, errc::permission_denied);
}

BOOST_AUTO_TEST_CASE(refuses_a_file_of_a_newer_build_with_other_tables_or_with_damage) {
    const support::temporary_folder home;
    const auto written = [&](const std::string& name) {
        contact_store contacts = require(contact_store::open(home.file(name)));
        for (int i = 0; i < 200; ++i) (void)require(contacts.create({.company = std::string(200, 'x')}));
        return home.file(name);
    };
    const std::string newer = written("newer");
    change(newer, "PRAGMA user_version = 2");
    refused(newer, errc::wrong_version);
    const std::string other = written("other");
    change(other, "DROP INDEX contact_email; CREATE UNIQUE INDEX contact_email ON contact (email)");
    refused(other, errc::corrupt);
    const std::string damaged = written("damaged");
    (void)require(contact_store::open(damaged));  // the control: only the damage is refused
    std::string bytes = support::bytes_of(damaged);
    BOOST_REQUIRE(bytes.size() > 40'000U);
    std::fill(bytes.begin() + 20'000, bytes.begin() + 30'000, '\xa5');
    support::write_all(damaged, bytes);
    refused(damaged, errc::corrupt);
}

BOOST_AUTO_TEST_CASE(tells_a_file_that_cannot_be_written) {
    const support::open_folder home;
    (void)require(contact_store::open(home.file("crm.db")));
    const int outcome = support::in_child([&] {
        if (::chown(home.file("crm.db").c_str(), support::nobody, support::nobody) != 0) return 1;
        if (::chmod(home.file("crm.db").c_str(), 0400) != 0 || !support::become_ordinary_user()) return 2;
        const auto opened = contact_store::open(home.file("crm.db"));
        return !opened && opened.error().code() == errc::permission_denied &&
                       opened.error().context().find("crm.db") != std::string::npos
                   ? 0
                   : 3;
    });
    BOOST_TEST(outcome == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(threaded)
BOOST_AUTO_TEST_SUITE(contacts)

BOOST_FIXTURE_TEST_CASE(loses_no_change_of_many_threads, store_under_test) {
    const contact first = made({.phone = "0"});
    std::atomic<int> made_changes{0};
    std::vector<std::thread> threads(4);
    for (std::thread& one : threads)
        one = std::thread{[&] {
            for (int done = 0; done < 25;) {
                auto there = contacts.find(first.uuid);
                if (!there || !*there) return;
                (*there)->phone = std::to_string(std::stoi((*there)->phone) + 1);
                const auto changed = contacts.update(**there);
                if (!changed) return;
                if (changed->outcome == contact_outcome::done) ++done, ++made_changes;
            }
        }};
    for (std::thread& each : threads) each.join();
    BOOST_TEST(made_changes == 100);
    BOOST_TEST(read(first.uuid).phone == "100");
    BOOST_TEST(read(first.uuid).revision == 101U);
}

BOOST_FIXTURE_TEST_CASE(lets_several_connections_create_at_once_and_each_external_id_once, store_under_test) {
    std::atomic<int> created{0};
    std::atomic<int> duplicates{0};
    std::vector<std::thread> threads(3);
    for (std::thread& one : threads)
        one = std::thread{[&] {
            auto own = contact_store::open(path);
            for (int id = 0; own && id < 40; ++id) {
                const auto made_one = own->create({.external_id = std::to_string(id)});
                if (made_one && made_one->outcome == contact_outcome::done) ++created;
                if (made_one && made_one->outcome == contact_outcome::duplicate) ++duplicates;
            }
        }};
    for (std::thread& each : threads) each.join();
    BOOST_TEST(created == 40);
    BOOST_TEST(duplicates == 80);  // and no call failed because another one was at work
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

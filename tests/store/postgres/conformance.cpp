// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The contract of a store, and of a remote feed, over PostgreSQL: reads of many credentials at once, notifications,
// a feed that was trimmed, and when the database has another history.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/fault_store.hpp>
#include <shearline/testing/revocation_history.hpp>
#include <shearline/testing/store_conformance.hpp>

#include "../../support/in_child.hpp"
#include "../../support/postgres_place.hpp"
#include "../../support/relay.hpp"
#include "../../support/stores.hpp"

using namespace support;
using shearline::testing::fault_store;
using shearline::testing::scheduled_store;
using namespace std::chrono_literals;

static_assert(key_store<postgres_store>);
static_assert(remote_feed<postgres_store>);
static_assert(remote_feed<fault_store<postgres_store>> && !remote_feed<fault_store<memory_store>>);
static_assert(remote_feed<scheduled_store<postgres_store>> && !remote_feed<scheduled_store<memory_store>>);

namespace {

/// A place of the suite of conformance.
struct shared_place {
    using store_type = postgres_store;
    postgres_store& store() { return *of; }
    void reopen() {
        of.reset();
        of = another();
    }
    [[nodiscard]] std::unique_ptr<postgres_store> another() const { return open(address()); }
    [[nodiscard]] std::string address() const { return schema + " " + shared_server().conninfo(); }
    [[nodiscard]] static std::unique_ptr<postgres_store> open(const std::string& address) {
        const std::size_t end = address.find(' ');
        return std::make_unique<postgres_store>(
            must(postgres_store::open(address.substr(end + 1), {.schema = address.substr(0, end)})));
    }
    std::string schema = new_schema();
    std::unique_ptr<postgres_store> of = another();
};

void check_same_views(std::vector<credential_view> some, const std::vector<credential_view>& others) {
    std::sort(some.begin(), some.end(), [](const auto& a, const auto& b) { return a.about.id < b.about.id; });
    BOOST_REQUIRE(some.size() == others.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
        check_same(some[i].about, others[i].about);
        BOOST_REQUIRE(some[i].keys.size() == others[i].keys.size());
        for (std::size_t k = 0; k < some[i].keys.size(); ++k) check_same(some[i].keys[k], others[i].keys[k]);
    }
}

/// How long it takes until this store has counted another change, which `make` makes; waits of 20 s are seen.
template <typename Make>
std::chrono::milliseconds until_heard(const postgres_store& store, Make make) {
    std::uint64_t before = 0;
    do {  // hears what was told before
        before = store.change_count();
        store.wait_for_change(200ms);
    } while (store.change_count() != before);
    make();
    const auto begun = std::chrono::steady_clock::now();
    while (store.change_count() == before && std::chrono::steady_clock::now() - begun < 40s) store.wait_for_change(20s);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
}

/// Another process, which opens the store and issues a key; returns its id.
::pid_t start_issuing(const std::string& schema, std::uint32_t number, std::chrono::milliseconds after) {
    return start_child([&] {
        std::this_thread::sleep_for(after);
        auto store = postgres_store::open(shared_server().conninfo(), {.schema = schema});
        return store && issue(*store, number) ? 0 : 1;
    });
}

/// Ends all sessions but this one; those of one schema's bell, if it is named.
void cut_sessions(const postgres_server& server, const std::string& schema = {}) {
    server.run_sql(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = "
        "'shearline'" +
        (schema.empty() ? std::string{} : " AND query LIKE 'LISTEN \"shearline_" + schema + "\"'"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_in_postgres, *if_postgres)

BOOST_AUTO_TEST_CASE(a_store_keeps_the_contract) {
    testing::hold(testing::store_conformance([] { return shared_place{}; }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(feed_in_postgres, *if_postgres)

BOOST_AUTO_TEST_CASE(many_credentials_are_read_as_each_of_them_alone) {
    postgres_place place;
    constexpr std::uint32_t count = 1'000;
    must(place.store.transact([&](auto& tx) -> result<void> {
        for (std::uint32_t number = 1; number <= count; ++number) {
            credential owner = sample_credential(number, number % 2 == 0 ? "acme" : std::string{"\0\xff", 2});
            owner.metadata.resize(number % 3);
            must(tx.insert(owner));
            for (std::uint32_t key = 0; key < number % 4; ++key) {  // some have no key, some three
                record one = sample_record(number, number * 10ULL + key, key + 1);
                if (key == 1) must(revoke(one, at_ms(9)));
                must(tx.insert(one));
            }
        }
        return {};
    }));
    std::vector<credential_id> asked;
    for (std::uint32_t number = count; number >= 1; --number) {
        asked.push_back(id_of(number));
        if (number % 7 == 0) asked.push_back(id_of(number));          // twice
        if (number % 5 == 0) asked.push_back(id_of(count + number));  // unknown
    }
    std::vector<credential_view> alone;
    for (std::uint32_t number = 1; number <= count; ++number)
        alone.push_back(must(place.store.read_live(id_of(number))).value());
    check_same_views(must(place.store.read_many(asked)), alone);
    BOOST_TEST(alone.at(2).keys.size() == 2U);
    BOOST_TEST(alone.at(3).keys.empty());
    BOOST_TEST(alone.at(1).about.metadata.size() == 2U);
    check_same(alone.at(1).about, must(place.store.read(id_of(2)))->about);  // by another statement
    {
        const auto narrow =
            must(postgres_store::open(shared_server().conninfo(), {.schema = place.schema, .readers = 1}));
        check_same_views(must(narrow.read_many(asked)), alone);
    }
    BOOST_TEST(must(place.store.read_many({})).empty());
    const credential_id unknown = id_of(count + 1);
    BOOST_TEST(must(place.store.read_many({&unknown, 1})).empty());
}

BOOST_AUTO_TEST_CASE(many_credentials_are_read_over_two_connections_or_one_if_the_other_is_lost) {
    postgres_place place;
    std::vector<credential_id> asked;
    must(place.store.transact([&](auto& tx) -> result<void> {
        for (std::uint32_t number = 1; number <= 512; ++number) {
            asked.push_back(id_of(number));
            must(tx.insert(sample_credential(number)));
        }
        return {};
    }));
    const auto sessions = [] {
        return std::stoi(
            shared_server().run_sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shearline'"));
    };
    const auto read = [&](std::size_t count) {
        return must(place.store.read_many(std::span{asked}.first(count))).size();
    };
    BOOST_TEST(read(511) == 511U);
    const int before = sessions();
    BOOST_TEST(read(512) == 512U);
    BOOST_TEST(sessions() == before + 1);

    // After an error in what one has read, both can be used again.
    const auto set_scopes = [&](const std::string& scopes) {
        shared_server().run_sql("UPDATE " + place.schema + ".credential SET scopes = '" + scopes + "'");
    };
    set_scopes("two  spaces");
    const auto wrong = place.store.read_many(asked);
    BOOST_TEST((!wrong && wrong.error().code() == errc::corrupt));
    BOOST_TEST(sessions() == before + 1);
    set_scopes("contacts:read");
    BOOST_TEST(read(512) == 512U);

    shared_server().run_sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'shearline' ORDER BY "
        "backend_start DESC LIMIT 1");
    BOOST_TEST(sessions() == before);
    BOOST_TEST(read(512) == 512U);
    cut_sessions(shared_server());
    BOOST_TEST(read(512) == 512U);
    BOOST_TEST(read(512) == 512U);
}

BOOST_AUTO_TEST_CASE(each_of_many_credentials_is_read_as_of_one_moment) {
    postgres_place place;
    must(issue(place.store, 1));
    must(issue(place.store, 2));
    constexpr std::uint64_t last = 120;
    std::atomic<bool> over{false};
    std::atomic<int> failed{0};
    std::atomic<int> reads{0};
    std::thread writer{[&] {
        for (std::uint64_t version = 2; failed == 0 && (version <= last || reads <= 50); ++version) {
            const auto done = place.store.transact([&](auto& tx) -> result<void> {
                for (const std::uint32_t number : {1U, 2U}) {
                    credential owner = sample_credential(number);
                    owner.version = version;
                    owner.metadata = {{"version", std::to_string(version)}};
                    if (auto written = tx.update(owner); !written) return written;
                }
                return {};
            });
            if (!done) ++failed;
        }
        over = true;
    }};
    int torn = 0;
    const std::vector<credential_id> both{id_of(2), id_of(1)};
    while (!over) {
        const auto views = place.store.read_many(both);
        if (!views || views->size() != 2) {
            ++failed;
            continue;
        }
        ++reads;
        for (const credential_view& one : *views)
            if (one.about.version != views->front().about.version ||
                (one.about.version > 1 && one.about.metadata.at(0).second != std::to_string(one.about.version)))
                ++torn;
    }
    writer.join();
    BOOST_TEST(failed == 0);
    BOOST_TEST(torn == 0);
    BOOST_TEST(reads > 50);
}

BOOST_AUTO_TEST_CASE(a_change_of_another_process_ends_a_wait) {
    postgres_place place;
    must(issue(place.store, 1));
    ::pid_t child = -1;
    const auto took = until_heard(place.store, [&] { child = start_issuing(place.schema, 2, 300ms); });
    BOOST_TEST(end_of(child) == 0);
    BOOST_TEST(took.count() < 10'000);
    BOOST_TEST(took.count() >= 200);  // the control: it waited
    BOOST_TEST(must(place.store.head()).sequence == 2U);
}

BOOST_AUTO_TEST_CASE(a_wait_goes_on_when_the_connection_of_notifications_was_cut) {
    postgres_place place;
    must(issue(place.store, 1));
    place.store.wait_for_change(1ms);
    const auto alone = until_heard(place.store, [&] { cut_sessions(shared_server(), place.schema); });
    BOOST_TEST(alone.count() < 10'000);  // something may have been missed, which counts as a change
    ::pid_t child = -1;
    const auto took = until_heard(place.store, [&] { child = start_issuing(place.schema, 2, 300ms); });
    BOOST_TEST(end_of(child) == 0);
    BOOST_TEST(took.count() < 10'000);
    BOOST_TEST(must(place.store.head()).sequence == 2U);
    // While it waits.
    std::thread cut{[&] {
        std::this_thread::sleep_for(300ms);
        cut_sessions(shared_server(), place.schema);
    }};
    const auto during = until_heard(place.store, [] {});
    cut.join();
    BOOST_TEST(during.count() < 10'000);
}

BOOST_AUTO_TEST_CASE(a_wait_without_a_change_lasts_as_long_as_it_was_asked_to) {
    postgres_place place, other;
    const auto begun = std::chrono::steady_clock::now();
    const std::uint64_t before = place.store.change_count();
    must(issue(other.store, 1));  // in another schema of the same database
    place.store.wait_for_change(700ms);
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= 650ms));
    BOOST_TEST(place.store.change_count() == before);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_away_is_asked_now_and_then_and_its_callers_do_not_wait) {
    using clock = std::chrono::steady_clock;
    relay between{shared_server().port()};
    const auto store = must(
        postgres_store::open("host=127.0.0.1 port=" + std::to_string(between.port()) + " dbname=postgres user=postgres",
                             {.schema = new_schema()}));
    must(store.head());
    const int nobody = relay{shared_server().port()}.port();  // of a relay that has ended
    between.aim_at(nobody);
    between.cut();
    const int before = between.connections();
    int calls = 0, answered = 0;
    for (const auto end = clock::now() + 600ms; clock::now() < end; ++calls)
        if (const auto head = store.head(); head || head.error().code() != errc::unavailable) ++answered;
    const int attempts = between.connections() - before;
    BOOST_TEST(answered == 0);
    BOOST_TEST(calls > 100);    // the others fail at once
    BOOST_TEST(attempts >= 2);  // 20, 40, 80, … ms apart
    BOOST_TEST(attempts <= 6);
    between.aim_at(shared_server().port());
    const auto back = clock::now();
    while (!store.head() && clock::now() - back < 10s) std::this_thread::sleep_for(1ms);
    BOOST_TEST(must(store.head()).sequence == 0U);
}

BOOST_AUTO_TEST_CASE(a_feed_that_was_trimmed_begins_later) {
    postgres_place place;
    for (std::uint32_t number = 1; number <= 10; ++number) must(issue(place.store, number));
    const feed_head head = must(place.store.head());
    BOOST_TEST(code_of(place.store.trim(0)) == errc::invalid_argument);
    BOOST_TEST(must(place.store.trim(10)) == 0U);
    BOOST_TEST(must(place.store.trim(UINT64_MAX)) == 0U);
    BOOST_TEST(must(place.store.trim(3)) == 7U);
    BOOST_TEST(must(place.store.trim(3)) == 0U);
    BOOST_TEST((must(place.store.head()) == head));
    const auto from = [&](std::uint64_t after) {
        std::vector<std::uint64_t> sequences;
        for (const change& one : must(place.store.changes_after(after, 100))) sequences.push_back(one.sequence);
        return sequences;
    };
    using sequences = std::vector<std::uint64_t>;
    BOOST_TEST(from(0) == (sequences{8, 9, 10}));
    BOOST_TEST(from(5) == (sequences{8, 9, 10}));
    BOOST_TEST(from(8) == (sequences{9, 10}));
    BOOST_TEST(from(10).empty());
    BOOST_TEST(must(place.store.changes_after(0, 1)).at(0).sequence == 8U);
    must(issue(place.store, 11));
    BOOST_TEST(from(9) == (sequences{10, 11}));
    BOOST_TEST(must(place.store.audit({.limit = 100}, "")).items.size() == 11U);
    BOOST_TEST(must(place.store.trim(1)) == 3U);
    BOOST_TEST(from(0) == (sequences{11}));
    must(issue(place.store, 12));
    must(issue(place.store, 13));
    shared_server().run_sql("DELETE FROM " + place.schema + ".change WHERE sequence = 12");  // a gap, not a trim
    BOOST_TEST(code_of(place.store.changes_after(0, 100)) == errc::corrupt);
}

BOOST_AUTO_TEST_CASE(an_epoch_lasts_while_the_database_has_one_history) {
    postgres_place place;
    const std::uint64_t first = place.store.epoch();
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(place.store, number));
    BOOST_TEST(end_of(start_issuing(place.schema, 6, 0ms)) == 0);
    cut_sessions(shared_server());
    must(issue(place.store, 7));
    BOOST_TEST(must(place.store.look_up(format_name, handle{8})).has_value());
    BOOST_TEST(must(place.store.trim(2)) == 5U);
    shared_server().run_sql("VACUUM FULL " + place.schema + ".change");
    shared_server().run_sql("REINDEX TABLE " + place.schema + ".record");
    cut_sessions(shared_server());
    BOOST_TEST(must(place.store.look_up(format_name, handle{8})).has_value());
    place.store.wait_for_change(1ms);
    BOOST_TEST(place.store.epoch() == first);
}

BOOST_AUTO_TEST_CASE(an_epoch_ends_when_tables_were_restored) {
    postgres_place place;
    must(issue(place.store, 1));
    const std::uint64_t first = place.store.epoch();
    const temporary_folder folder;
    const std::string dump = folder / "dump.sql";
    const std::string to = " '" + shared_server().conninfo() + "'";
    const auto system = [](const std::string& command) { return std::system(command.c_str()); };
    BOOST_REQUIRE(system(postgres_program("pg_dump") + " -n " + place.schema + " -f " + dump + to) == 0);
    must(issue(place.store, 2));
    shared_server().run_sql("DROP SCHEMA " + place.schema + " CASCADE");
    BOOST_REQUIRE(system(postgres_program("psql") + " -q -v ON_ERROR_STOP=1 -o /dev/null -f " + dump + to) == 0);
    cut_sessions(shared_server());
    BOOST_TEST(!must(place.store.look_up(format_name, handle{3})).has_value());
    BOOST_TEST(must(place.store.look_up(format_name, handle{2})).has_value());
    BOOST_TEST(place.store.epoch() > first);
    must(issue(place.store, 2));
    const std::uint64_t second = place.store.epoch();
    cut_sessions(shared_server());
    must(issue(place.store, 3));
    BOOST_TEST(place.store.epoch() == second);
}

BOOST_AUTO_TEST_CASE(an_epoch_ends_when_a_standby_was_promoted) {
    postgres_server primary;
    postgres_server standby = primary.make_standby("second");
    auto store = must(postgres_store::open("host=127.0.0.1,127.0.0.1 port=" + std::to_string(primary.port()) + "," +
                                           std::to_string(standby.port()) +
                                           " dbname=postgres user=postgres target_session_attrs=read-write"));
    must(issue(store, 1));
    const std::uint64_t first = store.epoch();
    primary.kill();
    standby.promote();
    const auto until = std::chrono::steady_clock::now() + 20s;
    auto found = store.look_up(format_name, handle{2});
    while (!found && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
        found = store.look_up(format_name, handle{2});
    }
    BOOST_TEST(must(std::move(found)).has_value());
    BOOST_TEST(store.epoch() > first);
    must(issue(store, 2));
}

BOOST_AUTO_TEST_SUITE_END()

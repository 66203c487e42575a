// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every call that prepares or runs a statement of SQLite fails once, one after the other. Each time, a store that is
// vouched for or moved is as before, or as after, or the same call finishes what it began; and nothing is lost. Only
// calls of our own headers are replaced, by the linker.
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "../support/each_call_failing.hpp"
#include "../support/moving.hpp"
#include "../support/old_world.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" int __real_sqlite3_step(sqlite3_stmt* of);
extern "C" int __wrap_sqlite3_step(sqlite3_stmt* of) {
    return support::fails_now() ? SQLITE_IOERR : __real_sqlite3_step(of);
}

extern "C" int __real_sqlite3_prepare_v3(sqlite3* db, const char* sql, int bytes, unsigned flags, sqlite3_stmt** made,
                                         const char** tail);
extern "C" int __wrap_sqlite3_prepare_v3(sqlite3* db, const char* sql, int bytes, unsigned flags, sqlite3_stmt** made,
                                         const char** tail) {
    return support::fails_now() ? SQLITE_NOMEM : __real_sqlite3_prepare_v3(db, sql, bytes, flags, made, tail);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using namespace shearline;
using namespace support;
using before_proofs::old_world;
using moves::moving;

template <typename T>
bool is_of_the_disk(const result<T>& outcome) {
    return outcome.error().code() == errc::unavailable || outcome.error().code() == errc::in_doubt;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(with_every_statement_failing_once)

BOOST_AUTO_TEST_CASE(a_store_is_vouched_for_when_the_call_is_repeated) {
    std::optional<old_world> w;
    int told = 0;
    const int failures = with_each_call_failing(
        [&] {
            uncounted([&] { w.emplace(); });
            return w->prove();
        },
        [&](const result<std::uint64_t>& outcome) {
            if (outcome) {  // or what failed did not matter, such as a rollback
                BOOST_TEST(*outcome == 2U);
            } else {
                BOOST_TEST(is_of_the_disk(outcome), outcome.error().message());
                ++told;
            }
            BOOST_TEST(must(w->prove()) <= 2U);
            BOOST_TEST(w->grants());
            const keyring ring = must(keyring::open(w->file));
            BOOST_TEST(ring.proved_stores().size() == 1U);
        });
    BOOST_TEST(failures > 50);
    BOOST_TEST(told > failures / 2);
}

BOOST_AUTO_TEST_CASE(a_new_store_ends_what_an_old_keyring_may_vouch_for) {
    std::optional<world<sqlite_store>> w;
    std::string file;
    const auto prove = [&] {
        return prove_store<shown_once>(w->opened.store, file, w->admin, [](const auto&) { return false; });
    };
    const int failures = with_each_call_failing(
        [&] {
            uncounted([&] {
                w.emplace();
                file = w->folder.file("keyring");
                before_proofs::write(file, before_proofs::as_version_1(before_proofs::content_of(file)));
            });
            return prove();
        },
        [&](const result<std::uint64_t>& outcome) {
            BOOST_TEST((outcome || is_of_the_disk(outcome)));
            BOOST_TEST(must(prove()) == 0U);
            const keyring ring = must(keyring::open(file));
            BOOST_TEST(!ring.may_prove_stores());
            must(world<sqlite_store>::authority<shown_once>::open(w->opened.store, ring, w->clock));
        });
    BOOST_TEST(failures > 10);
}

BOOST_AUTO_TEST_CASE(a_proof_key_is_dropped_only_if_every_row_was_seen) {
    world<sqlite_store> w;
    auto keys = w.open<shown_once>();
    (void)must(keys.issue(legacy_sync(), w.admin));
    const keyring next = must(w.ring.with_new_proof_key());
    must(keys.use(next));
    const int failures = with_each_call_failing(
        [&] { return without_proof_key(next, 1, w.opened.store); },
        [](const result<keyring>& outcome) {
            BOOST_REQUIRE(!outcome);  // a row is proved with it
            BOOST_TEST((outcome.error().code() == errc::illegal_state || is_of_the_disk(outcome)));
        });
    BOOST_TEST(failures > 3);
}

BOOST_FIXTURE_TEST_CASE(a_store_is_moved_when_the_call_is_repeated, moving) {
    std::optional<sqlite_store> from, to;
    int closed = 0;
    const int failures = with_each_call_failing(
        [&] {
            uncounted([&] {
                from.reset();
                to.reset();
                for (const char* name : {"from.db", "to.db"})
                    for (const char* beside : {"", "-wal", "-shm", "-changes"})
                        std::filesystem::remove(folder.file(name) + beside);
                shell{folder.file("from.db")}.restore(path);
                from.emplace(must(sqlite_store::open(folder.file("from.db"))));
                to.emplace(must(sqlite_store::open(folder.file("to.db"))));
            });
            return move_store(*from, *to, admin);
        },
        [&](const result<moved_store>& outcome) {
            const bool is_closed = must(from->head()).closed;
            const bool is_new = !must(to->identity());
            BOOST_TEST((outcome || is_of_the_disk(outcome)));
            BOOST_TEST((!outcome || (is_closed && !is_new)));
            BOOST_TEST((is_closed || is_new));
            if (!is_closed) is_in(*from);
            closed += is_closed && is_new ? 1 : 0;
            BOOST_TEST(must(move_store(*from, *to, admin)).was_moved == !is_new);
            moves::is_dead(*from, *this);
            is_in(*to);
        });
    BOOST_TEST(failures > 50);
    BOOST_TEST(closed > 0);  // what failed was the target's commit
}

BOOST_AUTO_TEST_SUITE_END()

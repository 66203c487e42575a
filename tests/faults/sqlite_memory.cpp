// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SQLite runs out of memory at each of its allocations: the call reports exactly that, nothing is stored in part, and
// the store works as before once there is memory again.
#define BOOST_TEST_MODULE sqlite_memory
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <shearline/testing/temporary_folder.hpp>

#include "../support/stores.hpp"

namespace {

using namespace shearline;
using namespace support;

/// SQLite's own allocator.
sqlite3_mem_methods memory;
/// How many more allocations succeed, and whether only the one after them fails.
int left = -1;
bool once = true;
int refused = 0;

bool has_memory() {
    if (left < 0) return true;
    if (left > 0) {
        --left;
        return true;
    }
    ++refused;
    if (once) left = -1;
    return false;
}
void* allocate(int bytes) { return has_memory() ? memory.xMalloc(bytes) : nullptr; }
void* grow(void* old, int bytes) { return has_memory() ? memory.xRealloc(old, bytes) : nullptr; }

/// Makes a call in which an allocation fails; returns whether one did.
template <typename Call>
bool without_memory_after(int good, bool only_once, Call call) {
    refused = 0;
    once = only_once;
    left = good;
    call();
    left = -1;
    return refused != 0;
}

/// Out of memory is not reported as damage or any other fault of the file.
template <typename T>
void says_so(const result<T>& outcome) {
    if (outcome) return;  // SQLite did without
    const errc code = outcome.error().code();
    BOOST_TEST((code == errc::unavailable || code == errc::in_doubt), outcome.error().message());
}

sqlite_store opened(const std::string& path) { return must(sqlite_store::open(path)); }

std::string integrity_of(const std::string& path) {
    sqlite3* db = nullptr;
    std::string words;
    if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK)
        sqlite3_exec(
            db, "PRAGMA integrity_check",
            [](void* to, int, char** values, char**) {
                *static_cast<std::string*>(to) += values[0];
                return 0;
            },
            &words, nullptr);
    sqlite3_close(db);
    return words;
}

struct counting_sink {
    result<void> begin(std::uint64_t, std::uint64_t) { return {}; }
    result<void> take(const scanned_credential&, std::span<const scanned_key> of_credential) {
        keys += of_credential.size();
        return {};
    }
    std::size_t keys = 0;
};

template <typename T>
result<void> without_value(const result<T>& outcome) {
    if (!outcome) return outcome.error();
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_without_memory)

BOOST_AUTO_TEST_CASE(opens_no_store_or_a_whole_one) {
    for (const bool only_once : {true, false}) {
        int good = 0;
        int failed = 0;
        // Each of the first hundreds of allocations, and then only some: opening makes many thousands.
        for (bool met = true; met; good += good < 300 ? 1 : 97) {
            const temporary_folder folder;
            const std::string path = folder / "keys.db";
            met = without_memory_after(good, only_once, [&] {
                const auto store = sqlite_store::open(path);
                says_so(store);
                failed += store ? 0 : 1;
            });
            auto store = opened(path);
            must(issue(store, 1));
            BOOST_TEST(must(store.look_up(format_name, handle{2})).has_value());
        }
        BOOST_TEST(failed > 100);
    }
}

BOOST_AUTO_TEST_CASE(reads_nothing_or_what_is_there) {
    const temporary_folder folder;
    auto store = opened(folder / "keys.db");
    for (std::uint32_t number = 1; number <= 5; ++number) must(issue(store, number));
    must(store.transact([](auto& tx) { return tx.put({.id = {}, .keyring = "version 1\n", .proof = {}}); }));
    const std::pair<const char*, std::function<result<void>(std::size_t&)>> readings[] = {
        {"look_up",
         [&](std::size_t& found) {
             const auto view = store.look_up(format_name, handle{2});
             found = view && *view ? 1 : 0;
             return without_value(view);
         }},
        {"read",
         [&](std::size_t& found) {
             const auto view = store.read(id_of(1));
             found = view && *view ? (*view)->keys.size() : 0;
             return without_value(view);
         }},
        {"read_live",
         [&](std::size_t& found) {
             const auto view = store.read_live(id_of(1));
             found = view && *view ? (*view)->keys.size() : 0;
             return without_value(view);
         }},
        {"list",
         [&](std::size_t& found) {
             const auto page = store.list({}, "acme");
             found = page ? page->items.size() : 0;
             return without_value(page);
         }},
        {"audit",
         [&](std::size_t& found) {
             const auto page = store.audit({}, "acme");
             found = page ? page->items.size() : 0;
             return without_value(page);
         }},
        {"changes_after",
         [&](std::size_t& found) {
             const auto changes = store.changes_after(0, 10);
             found = changes ? changes->size() : 0;
             return without_value(changes);
         }},
        {"scan",
         [&](std::size_t& found) {
             counting_sink sink;
             const auto head = store.scan(format_name, sink);
             found = head ? sink.keys : 0;
             return without_value(head);
         }},
        {"identity",
         [&](std::size_t& found) {
             const auto identity = store.identity();
             found = identity && *identity ? (*identity)->keyring.size() : 0;
             return without_value(identity);
         }},
        {"is_proof_key_used",
         [&](std::size_t& found) {
             const auto used = store.transact([](auto& tx) { return tx.is_proof_key_used(2); });
             found = used && *used ? 1 : 0;
             return without_value(used);
         }},
        {"head",
         [&](std::size_t& found) {
             const auto head = store.head();
             found = head ? static_cast<std::size_t>(head->sequence) : 0;
             return without_value(head);
         }},
    };
    for (const auto& each : readings) {
        const char* const name = each.first;
        const auto& reading = each.second;
        std::size_t expected = 0;
        must(reading(expected));
        BOOST_TEST(expected > 0U, name);
        for (const bool only_once : {true, false}) {
            int good = 0;
            for (bool met = true; met; ++good) {
                result<void> outcome;
                std::size_t found = 0;
                met = without_memory_after(good, only_once, [&] { outcome = reading(found); });
                says_so(outcome);
                if (outcome) BOOST_TEST(found == expected, name << " after " << good);
                std::size_t again = 0;
                must(reading(again));
                BOOST_TEST(again == expected, name << " after " << good);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(changes_nothing_or_all_of_it) {
    const temporary_folder folder;
    const std::string path = folder / "keys.db";
    auto store = opened(path);
    std::uint32_t number = 1;
    std::size_t changes = 0;
    int failed = 0;
    for (const bool only_once : {true, false}) {
        int good = 0;
        for (bool met = true; met; ++good, ++number) {
            result<void> made;
            met = without_memory_after(good, only_once, [&] { made = issue(store, number); });
            says_so(made);
            failed += made ? 0 : 1;
            const bool is_there = must(store.read(id_of(number))).has_value();
            if (made) BOOST_TEST(is_there);
            if (!made && made.error().code() == errc::unavailable) BOOST_TEST(!is_there, "after " << good);
            if (!is_there) must(issue(store, number));
            ++changes;
            result<void> revoked;
            (void)without_memory_after(good, only_once, [&] { revoked = revoke_key(store, number); });
            says_so(revoked);
            const bool is_dead =
                must(store.look_up(format_name, handle{number + 1ULL}))->key.state == key_state::revoked;
            if (revoked) BOOST_TEST(is_dead);
            if (!revoked && revoked.error().code() == errc::unavailable) BOOST_TEST(!is_dead, "after " << good);
            if (!is_dead) must(revoke_key(store, number));
            ++changes;
            const usage used{std::string{format_name}, handle{number + 1ULL}, at_ms(1), 3};
            result<void> counted;
            (void)without_memory_after(good, only_once, [&] { counted = store.record_usage({&used, 1}); });
            says_so(counted);
            const auto uses = must(store.look_up(format_name, handle{number + 1ULL}))->key.uses;
            BOOST_TEST((uses == 0 || uses == 3));
            if (counted) BOOST_TEST(uses == 3U);
            result<void> proved;
            (void)without_memory_after(good, only_once, [&] {
                proved = store.transact([&](auto& tx) -> result<void> {
                    auto done = tx.prove(id_of(number), digest_bytes{}, row_proof{.key = 99, .mac = {}});
                    return done ? tx.put({.id = {}, .keyring = std::to_string(number), .proof = {}}) : done;
                });
            });
            says_so(proved);
            const bool has_proof = must(store.read(id_of(number)))->about.proof.key == 99;
            const auto identity = must(store.identity());
            BOOST_TEST(has_proof == (identity && identity->keyring == std::to_string(number)));
            if (proved) BOOST_TEST(has_proof);
            if (!proved && proved.error().code() == errc::unavailable) BOOST_TEST(!has_proof, "after " << good);
        }
    }
    BOOST_TEST(failed > 20);
    BOOST_TEST(must(store.changes_after(0, changes + 1)).size() == changes);
    BOOST_TEST(must(store.head()).sequence == changes);
    BOOST_TEST(integrity_of(path) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

int main(int argc, char** argv) {
    // Without syncs: this test does not need them, and there are thousands.
    if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
    sqlite3_mem_methods failing = memory;
    failing.xMalloc = &allocate;
    failing.xRealloc = &grow;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);  // small ones are asked for, too
    return boost::unit_test::unit_test_main(init_unit_test, argc, argv);
}

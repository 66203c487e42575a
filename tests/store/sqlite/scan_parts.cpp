// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One scan by several threads: see store/scan.hpp.
#include <sqlite3.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "../../support/stores.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

using parts = std::vector<scanned>;

/// The version of a credential in the part that has it.
std::uint64_t version_in(const parts& all, const credential_id& id) {
    for (const scanned& part : all)
        for (const credential& owner : part.owners)
            if (owner.id == id) return owner.version;
    return 0;
}

/// Calls a function before each statement that this thread runs on any connection.
class at_each_statement {
public:
    at_each_statement() { must_be_done(sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch))); }
    at_each_statement(const at_each_statement&) = delete;
    ~at_each_statement() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch)); }

    static void call(std::function<void(std::string_view sql)> body) { called = std::move(body); }

private:
    static void must_be_done(int code) {
        if (code != SQLITE_OK) throw std::runtime_error{sqlite3_errstr(code)};
    }
    static int watch(sqlite3* db, const char**, const void*) {
        return sqlite3_trace_v2(
            db, SQLITE_TRACE_STMT,
            [](unsigned, void*, void*, void* sql) {
                const std::string_view text{static_cast<const char*>(sql)};
                if (!called) return 0;
                const auto body = std::exchange(called, {});  // not for what it runs itself
                body(text);
                called = body;
                return 0;
            },
            nullptr);
    }

    static inline thread_local std::function<void(std::string_view sql)> called;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_scan_in_parts)

// A change is one transaction on the first and on the last credential: parts of two moments would differ.
BOOST_AUTO_TEST_CASE(reads_all_parts_as_of_one_moment_while_another_process_writes) {
    const at_each_statement watched;
    sqlite_place place;
    for (std::uint32_t number = 1; number <= 4; ++number) must(issue(place.store, number));
    auto other = must(sqlite_store::open(place.path, {.busy_timeout = 0ms}));
    const auto change = [&other] {
        return other.transact([](auto& tx) -> result<void> {
            for (const std::uint32_t which : {1U, 4U}) {
                credential owner = *must(tx.find(id_of(which)));
                ++owner.version;
                if (auto done = tx.update(owner); !done) return done;
            }
            return {};
        });
    };
    int begun = 0;
    int refused = 0;
    int changed = 0;
    watched.call([&](std::string_view sql) {
        if (sql == "BEGIN") {
            ++begun;
            if (!change()) ++refused;
        } else if (sql == "SELECT count(*) FROM credential") {  // every part has begun, and nothing was read yet
            if (change()) ++changed;
        }
    });
    parts all(3);
    must(place.store.scan_parts(format_name, std::span{all}));
    watched.call({});
    BOOST_TEST(begun == 3);
    BOOST_TEST(refused == 3);
    BOOST_TEST(changed == 1);
    BOOST_TEST(version_in(all, id_of(1)) == 1U);
    BOOST_TEST(version_in(all, id_of(4)) == 1U);
}

BOOST_AUTO_TEST_CASE(is_made_by_one_thread_while_others_keep_on_writing) {
    const temporary_folder folder;
    auto store = must(sqlite_store::open(folder.file("keys.db"), {.busy_timeout = 50ms}));
    for (std::uint32_t number = 1; number <= 4; ++number) must(issue(store, number));
    auto other = must(sqlite_store::open(folder.file("keys.db")));
    must(other.transact([&](auto&) -> result<void> {
        parts all(3);
        must(store.scan_parts(format_name, std::span{all}));
        BOOST_TEST(all[0].owners.size() == 4U);
        return {};
    }));
    parts all(3);
    must(store.scan_parts(format_name, std::span{all}));
    BOOST_TEST(all[0].owners.size() < 4U);
}

BOOST_AUTO_TEST_CASE(gives_each_credential_once_in_the_order_of_issue) {
    sqlite_place place;
    for (std::uint32_t number = 1; number <= 9; ++number) must(issue(place.store, number));
    scanned whole;
    must(place.store.scan(format_name, whole));
    for (const std::size_t count : {1U, 2U, 3U}) {
        parts all(count);
        BOOST_TEST(must(place.store.scan_parts(format_name, std::span{all})).sequence == 9U);
        BOOST_TEST(all[0].begun == 1);
        BOOST_TEST((all[0].promised == whole.promised));
        std::vector<credential_id> seen;
        std::size_t keys = 0;
        for (const scanned& part : all) {
            BOOST_TEST((&part == &all[0] || part.begun == 0));
            BOOST_TEST(!part.owners.empty());  // the work is divided
            for (const credential& owner : part.owners) seen.push_back(owner.id);
            keys += part.keys.size();
        }
        BOOST_TEST(seen.size() == whole.owners.size());
        for (std::size_t i = 0; i < seen.size() && i < whole.owners.size(); ++i)
            BOOST_TEST((seen[i] == whole.owners[i].id));
        BOOST_TEST(keys == whole.keys.size());
    }
}

BOOST_AUTO_TEST_CASE(takes_no_more_connections_than_are_free_and_leaves_one) {
    for (const std::size_t readers : {1U, 2U, 3U, 5U}) {
        const temporary_folder folder;
        auto store = must(sqlite_store::open(folder.file("keys.db"), {.busy_timeout = 50ms, .readers = readers}));
        for (std::uint32_t number = 1; number <= 6; ++number) must(issue(store, number));
        parts all(3);
        all[0].on_owner = [&] { BOOST_TEST((readers == 1 || store.head())); };  // others can read meanwhile
        must(store.scan_parts(format_name, std::span{all}));
        std::size_t used = 0;
        for (const scanned& part : all) used += part.owners.empty() ? 0U : 1U;
        BOOST_TEST(used == (readers < 3 ? 1U : readers == 3 ? 2U : 3U));
    }
}

BOOST_AUTO_TEST_CASE(ends_with_the_error_or_the_exception_of_any_part) {
    sqlite_place place;
    for (std::uint32_t number = 1; number <= 6; ++number) must(issue(place.store, number));
    for (const std::size_t wrong : {0U, 1U, 2U}) {
        parts all(3);
        all[wrong].most_owners = 1;
        BOOST_TEST((place.store.scan_parts(format_name, std::span{all}).error().code() == errc::not_recoverable));
        parts thrown(3);
        thrown[wrong].on_owner = [] { throw std::runtime_error{"on purpose"}; };
        BOOST_CHECK_THROW((void)place.store.scan_parts(format_name, std::span{thrown}), std::runtime_error);
    }
    parts all(3);
    must(place.store.scan_parts(format_name, std::span{all}));
    must(issue(place.store, 7));  // no lock was left
}

BOOST_AUTO_TEST_SUITE_END()

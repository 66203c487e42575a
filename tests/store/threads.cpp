// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The guarantees of a store for concurrent threads. Failures are counted, and reported when the threads have ended.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "../support/stores.hpp"

using namespace support;

namespace {

/// Runs `body(number)` in this many threads at once.
template <typename Body>
void in_threads(std::uint32_t count, Body body) {
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
    for (std::thread& thread : threads) thread.join();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(threaded)

BOOST_AUTO_TEST_CASE_TEMPLATE(writers_at_once_leave_no_gap_and_no_half_group, Place, places) {
    Place place;
    constexpr std::uint32_t writers = 4;
    constexpr std::uint32_t each = 25;
    std::atomic<int> surprises{0};
    in_threads(writers, [&](std::uint32_t writer) {
        for (std::uint32_t i = 0; i < each; ++i) {
            const std::uint32_t number = 1 + writer * each + i;
            if (!issue(place.store, number)) ++surprises;
            // Some bodies fail after they have written: their numbers must be used again by others.
            const auto failed = place.store.transact([&](auto& tx) -> result<void> {
                (void)tx.insert(sample_credential(100'000 + number));
                (void)tx.append(sample_change(number));
                (void)tx.append(sample_event(number));
                return error{errc::illegal_state, "no"};
            });
            if (failed || failed.error().code() != errc::illegal_state) ++surprises;
        }
    });
    BOOST_TEST(surprises == 0);
    const auto changes = must(place.store.changes_after(0, 1'000));
    BOOST_REQUIRE(changes.size() == writers * each);
    for (std::size_t i = 0; i < changes.size(); ++i) BOOST_TEST(changes[i].sequence == i + 1);
    const auto events = must(place.store.audit({.limit = 1'000}, "")).items;
    BOOST_REQUIRE(events.size() == changes.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        BOOST_TEST(events[i].sequence == events.size() - i);
        BOOST_TEST(events[i].credential == changes[events.size() - 1 - i].credential);
    }
    BOOST_TEST(must(place.store.list({.limit = 1'000}, "")).items.size() == writers * each);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reader_sees_all_of_a_change_or_none, Place, places) {
    Place place;
    must(issue(place.store, 1));
    constexpr std::uint32_t last = 60;
    std::atomic<bool> over{false};
    std::atomic<int> torn{0};
    std::atomic<int> reads{0};
    in_threads(4, [&](std::uint32_t thread) {
        if (thread == 0) {
            for (std::uint32_t generation = 2; generation <= last; ++generation) {
                const auto done = place.store.transact([&](auto& tx) -> result<void> {
                    auto owner = **tx.find(id_of(1));
                    auto key = **tx.find(format_name, handle{2});
                    owner.generation = key.generation = generation;
                    owner.scopes.assign(generation % 5, "scope:" + std::to_string(generation));
                    ++owner.version;
                    if (auto updated = tx.update(owner); !updated) return updated;
                    return tx.update(key);
                });
                if (!done) ++torn;
            }
            over = true;
            return;
        }
        while (!over || reads < 100) {
            const auto view = place.store.look_up(format_name, handle{2});
            ++reads;
            if (!view || !*view || (**view).about.generation != (**view).key.generation) {
                ++torn;
                continue;
            }
            const std::uint32_t generation = (**view).about.generation;
            if (generation > 1 && (**view).about.scopes !=
                                      std::vector<std::string>(generation % 5, "scope:" + std::to_string(generation)))
                ++torn;
        }
    });
    BOOST_TEST(torn == 0);
    BOOST_TEST(must(place.store.look_up(format_name, handle{2}))->key.generation == last);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_read_that_begins_after_a_revocation_returned_sees_it, Place, places) {
    Place place;
    constexpr std::uint32_t keys = 40;
    for (std::uint32_t number = 1; number <= keys; ++number) must(issue(place.store, number));
    std::atomic<std::uint32_t> revoked{0};              // every key up to this one
    std::vector<std::uint64_t> count_before(keys + 1);  // as of just before each revocation
    std::atomic<int> stale{0};
    std::atomic<int> seen{0};
    in_threads(4, [&](std::uint32_t thread) {
        if (thread == 0) {
            for (std::uint32_t number = 1; number <= keys; ++number) {
                count_before[number] = place.store.change_count();
                if (!revoke_key(place.store, number)) ++stale;
                revoked.store(number, std::memory_order_release);
            }
            return;
        }
        for (std::uint32_t number = 0; number < keys;) {
            number = revoked.load(std::memory_order_acquire);
            if (number == 0) continue;
            if (place.store.change_count() == count_before[number]) ++stale;
            const auto view = place.store.look_up(format_name, handle{number + 1ULL});
            if (!view || !*view || (**view).key.state != key_state::revoked) ++stale;
            ++seen;
        }
    });
    BOOST_TEST(stale == 0);
    BOOST_TEST(seen > 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(uses_that_are_written_at_once_add_up, Place, places) {
    Place place;
    must(issue(place.store, 1));
    std::atomic<int> surprises{0};
    in_threads(4, [&](std::uint32_t thread) {
        for (std::uint32_t i = 0; i < 20; ++i) {
            const usage use{std::string{format_name}, handle{2}, at_ms(thread * 100 + i), 2};
            if (!place.store.record_usage({&use, 1})) ++surprises;
        }
    });
    BOOST_TEST(surprises == 0);
    const auto key = must(place.store.look_up(format_name, handle{2}))->key;
    BOOST_TEST(key.uses == 160U);
    BOOST_TEST(key.last_used_at == at_ms(319));
}

BOOST_AUTO_TEST_CASE(a_reader_waits_while_a_hook_has_what_was_written) {
    std::thread reader;
    std::atomic<bool> has_begun{false};
    std::atomic<bool> has_read{false};
    std::atomic<int> found{0};
    int early = 0;
    bool refuses = false;
    memory_store* of = nullptr;
    memory_store store{[&](const written_rows& rows) -> result<void> {
        has_begun = has_read = false;
        const std::uint64_t count = of->change_count();
        reader = std::thread{[&, key = rows.keys.at(0).handle] {
            has_begun = true;
            const auto view = of->look_up(format_name, key);
            if (view && *view) ++found;
            has_read = true;
        }};
        while (!has_begun) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        if (has_read || of->change_count() != count || count != (refuses ? 1U : 0U)) ++early;
        return refuses ? result<void>{error{errc::unavailable, "no"}} : result<void>{};
    }};
    of = &store;
    must(issue(store, 1));
    BOOST_TEST(store.change_count() == 1U);
    reader.join();
    BOOST_TEST(found == 1);
    refuses = true;
    BOOST_TEST(code_of(issue(store, 2)) == errc::unavailable);
    reader.join();
    BOOST_TEST(found == 1);
    BOOST_TEST(store.change_count() == 1U);
    BOOST_TEST(early == 0);
}

BOOST_AUTO_TEST_SUITE_END()

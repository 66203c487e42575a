// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How much of a store is read for one change: counted, because times are not reproducible. No tenant can increase it
// for others.
#include <cstdint>
#include <string>

#include "../support/many_rows.hpp"
#include "../support/world.hpp"

using namespace shearline;
using namespace support;

namespace {

/// Counts the steps of SQLite's virtual machine, in all connections opened while an object of this exists.
class step_counter {
public:
    step_counter() { BOOST_REQUIRE(sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch)) == SQLITE_OK); }
    step_counter(const step_counter&) = delete;
    step_counter& operator=(const step_counter&) = delete;
    ~step_counter() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }

    /// The number of steps that `act` takes.
    template <typename Act>
    static std::uint64_t of(Act act) {
        const std::uint64_t before = steps;
        act();
        return steps - before;
    }

private:
    static int watch(sqlite3* db, char**, const void*) {
        const auto count = [](void*) {
            ++steps;
            return 0;
        };
        sqlite3_progress_handler(db, 1, count, nullptr);
        return SQLITE_OK;
    }
    static inline std::uint64_t steps = 0;
};

struct aged_world {
    aged_world(std::uint32_t generations, std::uint32_t credentials) {
        key = must(keys.issue(legacy_sync(), w.admin));
        other = must(keys.issue({.tenant = "umbrella", .name = "other"}, w.admin));
        if (generations > 0) age_credential(w.folder.file("keys.db"), key.credential, generations);
        prove_again(w.opened.store, w.ring, key.credential);
        if (credentials > 0) add_credentials(w.folder.file("keys.db"), credentials);
    }

    step_counter counts{};
    world<sqlite_store> w{};
    world<sqlite_store>::authority<shown_once> keys = w.open<shown_once>();
    issued_key key{};
    issued_key other{};
};

/// The cost of a change for its author, and for the verifier that follows it.
struct change_cost {
    explicit change_cost(aged_world& aged) {
        auto fast = must(verifier<shown_once, sqlite_store>::open(aged.w.opened.store, aged.w.ring));
        auto reader = fast.new_reader();
        BOOST_REQUIRE(reader.verify(text_of(aged.key), noon));
        suspend = step_counter::of([&] { must(aged.keys.suspend(aged.key.credential, aged.w.admin)); });
        follow = step_counter::of(
            [&] { BOOST_TEST(why_denied(reader.verify(text_of(aged.key), noon)) == reason::suspended); });
        BOOST_TEST(bool{reader.verify(text_of(aged.other), noon)});
        must(aged.keys.resume(aged.key.credential, aged.w.admin));
        (void)must(aged.keys.rotate(aged.key.credential, aged.w.admin));
        follow_rotation = step_counter::of(
            [&] { BOOST_TEST(why_denied(reader.verify(text_of(aged.key), noon)) == reason::revoked); });
        revoke = step_counter::of([&] { must(aged.keys.revoke(aged.key.credential, aged.w.admin)); });
    }
    std::uint64_t suspend = 0, follow = 0, follow_rotation = 0, revoke = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(what_is_read_for_a_change)

BOOST_AUTO_TEST_CASE(does_not_depend_on_how_many_generations_or_credentials_there_are) {
    aged_world young{0, 0};
    const change_cost few{young};
    BOOST_TEST(few.follow > 0U);  // control: the steps are counted
    aged_world old{50'000, 20'000};
    const change_cost many{old};
    BOOST_TEST(many.suspend == few.suspend);
    BOOST_TEST(many.follow == few.follow);
    BOOST_TEST(many.follow_rotation == few.follow_rotation);
    BOOST_TEST(many.revoke == few.revoke);
    // Control: a query that does depend on them takes more steps.
    const std::uint64_t scan =
        step_counter::of([&] { (void)must(verifier<shown_once, sqlite_store>::open(old.w.opened.store, old.w.ring)); });
    BOOST_TEST(scan > 20'000U);
}

BOOST_AUTO_TEST_CASE(is_little_again_for_a_credential_that_was_given_too_many_generations) {
    aged_world aged{100'001, 0};
    const credential_id id = aged.key.credential;
    BOOST_TEST(must(aged.keys.find(id)).keys.size() == max_keys_read);
    BOOST_TEST(must(aged.keys.list()).items.at(0).keys.size() == max_keys_read);
    BOOST_TEST(bool{aged.keys.verify(text_of(aged.key))});
    auto fast = must(verifier<shown_once, sqlite_store>::open(aged.w.opened.store, aged.w.ring));
    auto reader = fast.new_reader();
    BOOST_TEST(bool{reader.verify(text_of(aged.key), noon)});
    const issued_key next = must(aged.keys.rotate(id, aged.w.admin));
    BOOST_TEST(bool{reader.verify(text_of(next), noon)});
    BOOST_TEST(bool{reader.verify(text_of(aged.other), noon)});
    BOOST_TEST(why_denied(reader.verify(text_of(aged.key), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(comes_down_to_the_generations_that_are_kept_with_some_rotations) {
    aged_world aged{1'000, 0};
    const credential_id id = aged.key.credential;
    constexpr std::uint32_t kept = decltype(aged.keys)::kept_generations;
    for (std::uint32_t rotations = 0; must(aged.keys.find(id)).keys.size() > kept; ++rotations) {
        BOOST_REQUIRE(rotations <= 1'000 / max_pruned);
        (void)must(aged.keys.rotate(id, aged.w.admin));
    }
    BOOST_TEST(must(aged.keys.find(id)).keys.size() == kept);
}

BOOST_AUTO_TEST_SUITE_END()

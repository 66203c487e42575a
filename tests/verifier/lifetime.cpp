// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// After a verifier is destroyed, its readers deny, and its store is not used again.
#include <array>
#include <atomic>
#include <boost/mp11/list.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../support/in_child.hpp"
#include "../support/world.hpp"

using namespace shearline;
using namespace support;

namespace {

using stores = boost::mp11::mp_list<memory_store, sqlite_store>;

template <typename Store>
using opened_verifier = verifier<shown_once, Store>;

/// A memory store that records calls after its end.
class watched_store : public memory_store {
public:
    [[nodiscard]] std::uint64_t change_count() const noexcept {
        if (is_slow.exchange(false)) {
            in_a_slow_answer = true;
            for (int ms = 0; ms < 50 && !ended; ++ms) std::this_thread::sleep_for(1ms);
        }
        if (is_stuck) {
            ++stuck;
            while (is_stuck) std::this_thread::sleep_for(1ms);
        }
        if (ended) ++asked_too_late;
        return memory_store::change_count();
    }
    [[nodiscard]] auto changes_after(std::uint64_t after, std::size_t limit) const {
        if (ended) ++asked_too_late;
        return memory_store::changes_after(after, limit);
    }
    std::atomic<bool> ended{false};
    mutable std::atomic<bool> is_slow{false};
    mutable std::atomic<bool> in_a_slow_answer{false};
    std::atomic<bool> is_stuck{false};
    mutable std::atomic<int> stuck{0};
    mutable std::atomic<int> asked_too_late{0};
};

}  // namespace

template <>
struct support::opened_store<watched_store> {
    explicit opened_store(const std::string&) {}
    watched_store store;
};

BOOST_AUTO_TEST_SUITE(a_verifier_that_is_gone)

BOOST_AUTO_TEST_CASE_TEMPLATE(leaves_readers_that_deny, Store, stores) {
    std::optional<world<Store>> w{std::in_place};
    std::string text;
    {
        auto keys = w->template open<shown_once>();
        text = text_of(must(keys.issue(legacy_sync(), w->admin)));
    }
    std::optional<opened_verifier<Store>> fast{must(opened_verifier<Store>::open(w->opened.store, w->ring))};
    auto reader = fast->new_reader();
    BOOST_TEST(bool{reader.verify(text, noon)});
    fast.reset();
    BOOST_TEST(why_denied(reader.verify(text, noon)) == reason::stale);
    w.reset();  // and the store, too
    auto moved = std::move(reader);
    for (int i = 0; i < 3; ++i) BOOST_TEST(why_denied(moved.verify(text, noon)) == reason::stale);
    const std::array<std::string_view, 2> texts{text, "no key"};
    std::array<verdict, 2> answers;
    moved.verify_many(texts, noon, any_scope, answers);
    BOOST_TEST(why_denied(answers[0]) == reason::stale);
    BOOST_TEST(why_denied(answers[1]) == reason::malformed);
}

BOOST_AUTO_TEST_CASE(leaves_grants_that_can_be_read_as_long_as_the_reader_that_gave_them) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    std::optional fast{must(opened_verifier<memory_store>::open(w.opened.store, w.ring))};
    auto reader = fast->new_reader();
    const verdict answer = reader.verify(text_of(key), noon);
    fast.reset();
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer.grant().tenant() == "acme");
    BOOST_TEST(answer.grant().scopes().size() == 2U);
}

BOOST_AUTO_TEST_CASE(leaves_a_thread_local_reader_that_ends_with_its_thread) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    std::optional fast{must(opened_verifier<memory_store>::open(w.opened.store, w.ring))};
    std::atomic<int> step{0};
    std::optional<reason> after;
    bool before = false;
    std::thread reading{[&] {
        thread_local auto reader = fast->new_reader();
        before = static_cast<bool>(reader.verify(text_of(key), noon));
        step = 1;
        while (step != 2) std::this_thread::yield();
        if (const verdict late = reader.verify(text_of(key), noon); !late) after = late.denial().reason();
    }};
    while (step != 1) std::this_thread::yield();
    fast.reset();
    step = 2;
    reading.join();
    BOOST_TEST(before);
    BOOST_TEST(after == reason::stale);
}

BOOST_AUTO_TEST_CASE(denies_with_the_reader_of_a_verifier_that_another_took_the_place_of) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(opened_verifier<memory_store>::open(w.opened.store, w.ring));
    auto old = fast.new_reader();
    auto moved = std::move(fast);
    BOOST_TEST(bool{old.verify(text_of(key), noon)});  // the same verifier in another place
    moved = must(opened_verifier<memory_store>::open(w.opened.store, w.ring));
    BOOST_TEST(why_denied(old.verify(text_of(key), noon)) == reason::stale);
    BOOST_TEST(bool{moved.new_reader().verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(has_waited_for_a_reader_that_is_in_the_store) {
    world<watched_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    std::optional fast{must(opened_verifier<watched_store>::open(w.opened.store, w.ring))};
    w.opened.store.is_slow = true;
    std::thread verifying{[&, reader = fast->new_reader()]() mutable { (void)reader.verify(text_of(key), noon); }};
    while (!w.opened.store.in_a_slow_answer) std::this_thread::yield();
    fast.reset();
    w.opened.store.ended = true;
    verifying.join();
    BOOST_TEST(w.opened.store.asked_too_late == 0);
}

BOOST_AUTO_TEST_CASE(leaves_the_store_alone_whatever_its_readers_are_doing) {
    world<watched_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    for (int round = 0; round < 20; ++round) {
        std::optional fast{must(opened_verifier<watched_store>::open(w.opened.store, w.ring))};
        std::atomic<int> ready{0};
        std::atomic<bool> gone{false};
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t)
            threads.emplace_back([&, reader = fast->new_reader()]() mutable {
                for (bool first = true, late = false; !late; first = false) {
                    late = gone;
                    const verdict one = reader.verify(text_of(key), noon);
                    if (late ? bool{one} : !one && one.denial().reason() != reason::stale) ++wrong;
                    if (first) ++ready;
                }
            });
        while (ready != 3) std::this_thread::yield();
        (void)must(keys.issue(legacy_sync(), w.admin));  // some are following this while it ends
        fast.reset();
        w.opened.store.ended = true;
        gone = true;
        for (std::thread& each : threads) each.join();
        w.opened.store.ended = false;
        BOOST_TEST(wrong == 0);
    }
    BOOST_TEST(w.opened.store.asked_too_late == 0);
}

BOOST_AUTO_TEST_CASE(denies_in_a_forked_child_though_all_its_seats_were_taken) {
    world<watched_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(opened_verifier<watched_store>::open(w.opened.store, w.ring));
    w.opened.store.is_stuck = true;
    std::vector<std::thread> threads;
    for (int t = 0; t < 70; ++t) threads.emplace_back([&] { (void)fast.verify(text_of(key), noon); });
    for (int before = 0; before == 0 || w.opened.store.stuck != before;) {
        before = w.opened.store.stuck;
        std::this_thread::sleep_for(100ms);
    }
    BOOST_TEST(w.opened.store.stuck < 70);  // the others wait for a seat
    const int status = in_child([&] {
        ::alarm(20);
        return why_denied(fast.verify(text_of(key), noon)) == reason::stale ? 0 : 1;
    });
    BOOST_TEST(status == 0);
    w.opened.store.is_stuck = false;
    for (std::thread& each : threads) each.join();
}

BOOST_AUTO_TEST_CASE(ends_in_a_forked_child_while_readers_of_the_parent_verify) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    std::optional fast{must(opened_verifier<memory_store>::open(w.opened.store, w.ring))};
    auto reader = fast->new_reader();
    std::atomic<bool> stop{false};
    std::thread verifying{[&, mine = fast->new_reader()]() mutable {
        while (!stop) (void)mine.verify(text_of(key), noon);
    }};
    for (int i = 0; i < 20; ++i) {
        const int status = in_child([&] {
            ::alarm(20);
            fast.reset();
            return why_denied(reader.verify(text_of(key), noon)) == reason::stale ? 0 : 1;
        });
        BOOST_TEST(status == 0);
    }
    stop = true;
    verifying.join();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_time_of_a_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(is_known_to_a_verifier_that_was_opened_later, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue({.tenant = "acme", .name = "sync", .expires_at = noon + 1h}, w.admin));
    w.clock.set(noon + 2h);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::expired);
    auto fast = must(opened_verifier<Store>::open(w.opened.store, w.ring));
    BOOST_TEST(why_denied(fast.new_reader().verify(text_of(key), {})) == reason::expired);
    BOOST_TEST(why_denied(fast.new_reader().verify(text_of(key), noon)) == reason::expired);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_known_to_an_authority_from_a_verifier, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue({.tenant = "acme", .name = "sync", .expires_at = noon + 1h}, w.admin));
    auto fast = must(opened_verifier<Store>::open(w.opened.store, w.ring));
    BOOST_TEST(why_denied(fast.new_reader().verify(text_of(key), noon + 1h)) == reason::expired);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::expired);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_not_set_by_a_wild_reading, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue({.tenant = "acme", .name = "sync", .expires_at = noon + 1h}, w.admin));
    auto fast = must(opened_verifier<Store>::open(w.opened.store, w.ring));
    auto reader = fast.new_reader();
    const timestamp wild = noon + 24h * 365 * 200;
    BOOST_TEST(why_denied(reader.verify(text_of(key), wild)) == reason::expired);
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    std::array<verdict, 1> answers;
    const std::array<std::string_view, 1> texts{text_of(key)};
    reader.verify_many(texts, wild, any_scope, answers);
    BOOST_TEST(why_denied(answers[0]) == reason::expired);
    w.clock.set(wild);
    BOOST_TEST(why_denied(keys.verify(text_of(key))) == reason::expired);
    w.clock.set(noon);
    BOOST_TEST(bool{keys.verify(text_of(key))});
    reader.verify_many(texts, noon, any_scope, answers);
    BOOST_TEST(bool{answers[0]});
}

BOOST_AUTO_TEST_SUITE_END()

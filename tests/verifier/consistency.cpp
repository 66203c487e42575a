// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store that is shared over a network, and verifiers that answer from a bounded time ago: none of them asks the store
// while it verifies, and none answers without a word from the store in that time.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/world.hpp"
#include "both_ways.hpp"

using namespace shearline;
using namespace support;

namespace {

/// Calls of a network_store by this thread.
thread_local int calls_here = 0;

/// A memory_store as a remote_feed shows it: it can be silent, answer late, lose its oldest changes, get another epoch,
/// and run a function between a read and its answer, as a test asks.
class network_store {
    /// How often something was asked, and what happens between the next reading and its answer.
    struct question {
        std::atomic<int> asked{0};
        std::function<void()> meanwhile{};
    };

public:
    using transaction = memory_store::transaction;

    // Of a feed.

    template <typename Sink>
    result<feed_head> scan(std::string_view format, Sink& sink) {
        auto head = answer<feed_head>(scanning, [&] { return m_of.scan(format, sink); });
        if (head) head->sequence = std::min(head->sequence, ends_at);
        return head;
    }
    result<std::optional<store_identity>> identity() {
        return answer<std::optional<store_identity>>(other, [&] { return m_of.identity(); });
    }
    result<std::optional<credential_view>> read_live(const credential_id& id) {
        return answer<std::optional<credential_view>>(reading_one, [&] { return m_of.read_live(id); });
    }
    result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) {
        return answer<std::vector<change>>(polling, [&] {
            auto read = m_of.changes_after(std::max(sequence, trimmed.load()), limit);
            std::erase_if(*read, [this](const change& one) { return one.sequence > ends_at; });
            return read;
        });
    }
    result<void> record_usage(std::span<const usage> used) {
        return answer<void>(other, [&] { return m_of.record_usage(used); });
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept {
        ++calls_here;
        return m_of.change_count();
    }
    [[nodiscard]] bool hears_changes() const noexcept {
        ++calls_here;
        return true;
    }

    // Of a remote feed.

    result<std::vector<credential_view>> read_many(std::span<const credential_id> ids) {
        return answer<std::vector<credential_view>>(reading_many, [&]() -> result<std::vector<credential_view>> {
            most_read = std::max(most_read, ids.size());
            std::vector<credential_view> views;
            for (const credential_id& id : ids) {
                auto view = must(m_of.read_live(id));
                if (view && id != hidden) views.insert(views.begin(), *std::move(view));  // in any order
                if (outdated && id == outdated->about.id) views.front() = *outdated;
            }
            return views;
        });
    }
    void wait_for_change(std::chrono::milliseconds most) {
        ++calls_here;
        ++waits;
        if (silent) return;  // as a connection that is down ends each wait
        std::unique_lock lock{m_mutex};
        const std::uint64_t count = m_of.change_count();
        m_changed.wait_for(lock, most, [&] { return m_of.change_count() != count; });
    }
    [[nodiscard]] std::uint64_t epoch() const noexcept {
        ++calls_here;
        return its_epoch;
    }

    // Of a store, for an authority.

    template <typename Body>
    auto transact(Body&& body) {
        auto done = m_of.transact(std::forward<Body>(body));
        const std::scoped_lock lock{m_mutex};
        m_changed.notify_all();
        return done;
    }
    auto look_up(std::string_view format, const handle& key) { return m_of.look_up(format, key); }
    auto head() { return m_of.head(); }
    auto read(const credential_id& id) { return m_of.read(id); }
    auto list(const page_request& which, std::string_view tenant) { return m_of.list(which, tenant); }
    auto audit(const page_request& which, std::string_view tenant) { return m_of.audit(which, tenant); }

    std::atomic<bool> silent{false};
    std::atomic<std::chrono::milliseconds> takes{0ms};  ///< before it answers
    std::atomic<std::uint64_t> trimmed{0};              ///< how many of its oldest changes it has deleted
    std::atomic<std::uint64_t> its_epoch{1};
    std::uint64_t ends_at = UINT64_MAX;         ///< the last change that it shows, as an older copy does
    credential_id hidden{};                     ///< a credential that `read_many` does not give
    std::optional<credential_view> outdated{};  ///< and one that it gives as it was
    std::size_t most_read = 0;                  ///< credentials by one call
    std::atomic<int> waits{0};
    question scanning{}, polling{}, reading_one{}, reading_many{}, other{};

private:
    template <typename T, typename Ask>
    result<T> answer(question& of, Ask ask) {
        ++calls_here;
        ++of.asked;
        result<T> given = ask();
        std::this_thread::sleep_for(takes.load());
        if (silent) return error{errc::unavailable, "no connection"};
        if (of.meanwhile) std::exchange(of.meanwhile, nullptr)();
        return given;
    }

    memory_store m_of;
    std::mutex m_mutex;
    std::condition_variable m_changed;
};
static_assert(remote_feed<network_store> && key_store<network_store>);
static_assert(!remote_feed<memory_store> && !remote_feed<sqlite_store>);

/// The same without what makes it remote: what a strict verifier asks.
class local_store : public memory_store {
public:
    [[nodiscard]] std::uint64_t change_count() const noexcept {
        ++calls_here;
        return memory_store::change_count();
    }
};
static_assert(key_store<local_store> && !remote_feed<local_store>);

template <std::chrono::milliseconds::rep Ms>
using within = bounded<std::chrono::milliseconds{Ms}>;
constexpr std::int64_t an_hour = 3'600'000;

template <typename Store>
struct shared_world : world<memory_store> {
    template <typename Consistency = within<an_hour>>
    auto open_verifier(const verifier_options& options = {}) {
        return must(verifier<shown_once, Store, Consistency>::open(store, ring, options));
    }
    issued_key issue() { return must(keys.issue(legacy_sync(), admin)); }
    void revoke(const issued_key& key) { must(keys.revoke(key.credential, admin)); }

    Store store;
    shearline::authority<shown_once, Store, manual_clock> keys =
        must(shearline::authority<shown_once, Store, manual_clock>::open(store, ring, clock));
};
using network_world = shared_world<network_store>;

/// The calls of the store by this thread while it runs `body`.
template <typename Body>
int calls_of(Body body) {
    const int before = calls_here;
    body();
    return calls_here - before;
}

/// Waits until a condition holds, for ten seconds at most.
template <typename Condition>
bool comes_true(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

#ifdef __linux__
/// By how much clocks of the system are moved forward, by their numbers.
std::array<std::atomic<std::int64_t>, 16> seconds_ahead{};

/// Moves clocks of the system forward for its lifetime.
class time_passes {
public:
    explicit time_passes(std::chrono::seconds so_much,
                         std::vector<::clockid_t> of = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME})
        : m_so_much{so_much}, m_of{std::move(of)} {
        for (const ::clockid_t id : m_of) seconds_ahead.at(static_cast<std::size_t>(id)) += m_so_much.count();
    }
    time_passes(const time_passes&) = delete;
    time_passes& operator=(const time_passes&) = delete;
    ~time_passes() {
        for (const ::clockid_t id : m_of) seconds_ahead.at(static_cast<std::size_t>(id)) -= m_so_much.count();
    }

private:
    std::chrono::seconds m_so_much;
    std::vector<::clockid_t> m_of;
};
#endif

}  // namespace

#ifdef __linux__
extern "C" int __real_clock_gettime(::clockid_t id, std::timespec* at);

/// The linker puts it in the place of the function of the C library.
extern "C" int __wrap_clock_gettime(::clockid_t id, std::timespec* at) {
    const int failed = __real_clock_gettime(id, at);
    at->tv_sec += seconds_ahead.at(static_cast<std::size_t>(id));
    return failed;
}
#endif

static_assert(std::is_same_v<verifier<shown_once, memory_store>::consistency, strict>);
static_assert(std::is_same_v<verifier<shown_once, sqlite_store>::consistency, strict>);
static_assert(std::is_same_v<verifier<shown_once, network_store>::consistency, bounded<10s>>);
static_assert(std::is_same_v<verifier<shown_once, network_store, bounded<5s>>::consistency, bounded<5'000ms>>);
static_assert(std::is_same_v<verifier<shown_once, memory_store, bounded<5s>>::consistency, bounded<5s>>);
static_assert(std::is_same_v<verifier<shown_once, memory_store, strict>::consistency, strict>);

BOOST_AUTO_TEST_SUITE(a_bounded_verifier)

BOOST_AUTO_TEST_CASE(never_asks_the_store_while_it_verifies) {
    network_world w;
    const issued_key key = w.issue();
    const issued_key dead = w.issue();
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.revoke(dead);  // not followed yet
    BOOST_TEST(calls_of([&] {
                   BOOST_TEST(bool{reader.verify(text_of(key), noon)});
                   BOOST_TEST(bool{reader.verify(text_of(dead), noon)});
                   BOOST_TEST(bool{fast.verify(text_of(key), noon)});
                   BOOST_TEST(why_denied(reader.verify("no key", noon)) == reason::malformed);
                   const std::string_view texts[] = {text_of(key), text_of(dead)};
                   verdict answers[2];
                   reader.verify_many(texts, noon, any_scope, answers);
                   BOOST_TEST(bool{answers[0]});
               }) == 0);

    auto late = w.open_verifier<within<1>>();
    auto late_reader = late.new_reader();
    std::this_thread::sleep_for(1ms);  // its bound is over
    BOOST_TEST(calls_of([&] {
                   BOOST_TEST(why_denied(late_reader.verify(text_of(key), noon)) == reason::stale);
                   BOOST_TEST(why_denied(late.verify(text_of(key), noon)) == reason::stale);
               }) == 0);
}

BOOST_AUTO_TEST_CASE(of_a_store_on_this_machine_does_not_ask_it_either_and_a_strict_one_does) {
    shared_world<local_store> w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier();
    auto control = w.open_verifier<strict>();
    w.revoke(key);
    auto reader = fast.new_reader();
    auto strict_reader = control.new_reader();
    BOOST_TEST(calls_of([&] { BOOST_TEST(bool{reader.verify(text_of(key), noon)}); }) == 0);
    BOOST_TEST(calls_of([&] { BOOST_TEST(why_denied(strict_reader.verify(text_of(key), noon)) == reason::revoked); }) >
               0);
    must(fast.poll());
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(knows_each_change_after_the_next_poll) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier();
    both_ways reader{fast};
    const issued_key later = w.issue();
    BOOST_TEST(why_denied(reader.verify(text_of(later), noon)) == reason::unknown_handle);
    BOOST_TEST(must(fast.poll()) == 1U);
    BOOST_TEST(bool{reader.verify(text_of(later), noon)});
    w.revoke(key);
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    BOOST_TEST(must(fast.poll()) == 1U);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
    BOOST_TEST(bool{reader.verify(text_of(later), noon)});
}

BOOST_AUTO_TEST_CASE(denies_once_it_has_not_heard_from_the_store_for_so_long) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier<within<400>>({.lease = 1h});  // a lease is for strict ones
    both_ways reader{fast};
    w.store.silent = true;
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    std::this_thread::sleep_for(420ms);
    const verdict answer = reader.verify(text_of(key), noon);
    BOOST_TEST(why_denied(answer) == reason::stale);
    BOOST_TEST(answer.denial().status() == 503U);
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    w.store.silent = false;
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);  // nobody has asked yet
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(counts_the_time_from_before_it_asked) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier<within<200>>();
    auto reader = fast.new_reader();
    w.store.takes = 250ms;
    must(fast.poll());  // the answer is older than the bound when it comes
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    w.store.takes = 0ms;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(never_grants_later_than_its_bound) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier<within<63>>();  // no multiple of a timer tick
    auto reader = fast.new_reader();
    for (int i = 0; i < 20; ++i) {
        const auto asked = std::chrono::steady_clock::now();
        must(fast.poll());
        const auto end = std::chrono::steady_clock::now() + 63ms;
        for (;;) {
            const auto began = std::chrono::steady_clock::now();  // a grant that begins later than this is too late
            if (!reader.verify(text_of(key), noon)) break;
            BOOST_REQUIRE(began < end);
        }
        BOOST_TEST((std::chrono::steady_clock::now() - asked >= 63ms));  // and no earlier
    }
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(counts_its_bound_by_a_clock_that_is_never_late) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier<within<an_hour>>();
    auto reader = fast.new_reader();
    shared_world<local_store> here;
    const issued_key its_key = here.issue();
    auto control = here.open_verifier<strict>({.lease = 1h});  // whose clock is as late as the ticks are
    auto control_reader = control.new_reader();
    {
        const time_passes but_for_ticks{59min};
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    }
    const time_passes but_for_ticks{1h};
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon)) == reason::stale);
    BOOST_TEST(bool{control_reader.verify(text_of(its_key), noon)});
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(counts_the_time_for_which_the_machine_is_suspended) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier<within<an_hour>>();
    auto reader = fast.new_reader();
    const time_passes in_suspension{1h, {CLOCK_BOOTTIME}};
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
}
#endif

BOOST_AUTO_TEST_CASE(that_took_longer_to_fill_than_its_bound_follows_before_it_is_there) {
    network_world w;
    const issued_key key = w.issue();
    const issued_key dead = w.issue();
    w.store.scanning.meanwhile = [&] {
        w.revoke(dead);
        std::this_thread::sleep_for(350ms);
    };
    auto fast = w.open_verifier<within<300>>();
    auto reader = fast.new_reader();
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    BOOST_TEST(why_denied(reader.verify(text_of(dead), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(says_how_far_behind_it_may_be) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier<bounded<5s>>();
    BOOST_TEST((fast.new_reader().verify(text_of(key), noon).grant().staleness() == 5s));
    BOOST_TEST((fast.verify(text_of(key), noon).grant().staleness() == 5s));
    BOOST_TEST((w.keys.verify(text_of(key)).grant().staleness() == 0s));

    shared_world<local_store> here;
    const issued_key other = here.issue();
    auto control = here.open_verifier<strict>();
    BOOST_TEST((control.new_reader().verify(text_of(other), noon).grant().staleness() == 0s));
}

BOOST_AUTO_TEST_CASE(gives_grants_whose_staleness_is_never_negative_and_49_days_at_most) {
    const auto shown = std::make_shared<const grant_profile>();
    const auto of = [&](std::chrono::milliseconds staleness) {
        return grant{{}, shown, handle{1}, grant::not_retiring, false, staleness}.staleness();
    };
    BOOST_TEST((of(-1ms) == 0ms));
    BOOST_TEST((of(7ms) == 7ms));
    BOOST_TEST((of(std::chrono::hours{24 * 365}) == std::chrono::milliseconds{UINT32_MAX}));
    BOOST_TEST((grant{{}, shown, handle{1}, grant::not_retiring, false}.staleness() == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_verifier_of_a_remote_feed)

BOOST_AUTO_TEST_CASE(applies_many_changes_as_one_by_one) {
    network_world w;
    shared_world<memory_store> control;  // of a store that is read one by one
    auto fast = w.open_verifier();
    auto one_by_one = control.open_verifier<within<an_hour>>();
    const auto change_all = [](auto& of) {
        std::vector<issued_key> issued;
        for (int i = 0; i < 700; ++i) {
            issued.push_back(of.issue());
            if (i % 3 == 0) issued.push_back(must(of.keys.rotate(issued.back().credential, of.admin)));
            if (i % 7 == 0) {
                of.revoke(issued.back());
                continue;
            }
            if (i % 5 == 0) must(of.keys.suspend(issued.back().credential, of.admin));
        }
        return issued;
    };
    const std::vector<issued_key> here = change_all(w), there = change_all(control);
    BOOST_REQUIRE(here.size() == there.size());
    const int polls = w.store.polling.asked;
    const std::size_t applied = must(fast.poll());
    BOOST_TEST(applied > 1'024U);  // more than one batch
    BOOST_TEST(applied == must(one_by_one.poll()));
    BOOST_TEST(w.store.reading_one.asked == 0);
    BOOST_TEST(w.store.reading_many.asked == w.store.polling.asked - polls);
    BOOST_TEST(w.store.most_read <= 1'024U);
    auto reader = fast.new_reader();
    auto control_reader = one_by_one.new_reader();
    int granted = 0, denied = 0;
    for (std::size_t i = 0; i < here.size(); ++i) {
        const verdict a = reader.verify(text_of(here[i]), noon), b = control_reader.verify(text_of(there[i]), noon);
        BOOST_REQUIRE(bool{a} == bool{b});
        if (!a) BOOST_REQUIRE(why_denied(a) == why_denied(b));
        ++(a ? granted : denied);
    }
    BOOST_TEST(granted > 300);
    BOOST_TEST(denied > 300);
}

BOOST_AUTO_TEST_CASE(does_not_believe_a_batch_with_a_credential_missing_or_older) {
    network_world w;
    const issued_key key = w.issue();
    const issued_key other = w.issue();
    const auto before = must(w.store.read_live(key.credential));
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.revoke(key);
    w.revoke(other);
    w.store.hidden = key.credential;
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(bool{reader.verify(text_of(other), noon)});  // nothing of the batch was applied
    w.store.hidden = {};
    w.store.outdated = before;
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(bool{reader.verify(text_of(other), noon)});
    w.store.outdated.reset();
    BOOST_TEST(must(fast.poll()) == 2U);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
    BOOST_TEST(why_denied(reader.verify(text_of(other), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(reads_all_rows_again_after_another_epoch) {
    network_world w;
    const issued_key key = w.issue();
    const issued_key dead = w.issue();
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.revoke(dead);
    w.store.its_epoch = 2;
    const int before = w.store.scanning.asked;
    must(fast.poll());
    BOOST_TEST(w.store.scanning.asked == before + 1);
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    BOOST_TEST(why_denied(reader.verify(text_of(dead), noon)) == reason::unknown_handle);
    must(fast.poll());
    BOOST_TEST(w.store.scanning.asked == before + 1);  // once

    // It serves until its bound, because the last change that it applied is of both histories; and it is not renewed.
    auto brief = w.open_verifier<within<300>>();
    auto brief_reader = brief.new_reader();
    w.store.its_epoch = 3;
    w.store.polling.meanwhile = [&] { w.store.silent = true; };  // after the feed, and before the rows
    BOOST_TEST(code_of(brief.poll()) == errc::unavailable);
    BOOST_TEST(bool{brief_reader.verify(text_of(key), noon)});
    std::this_thread::sleep_for(310ms);
    BOOST_TEST(why_denied(brief_reader.verify(text_of(key), noon)) == reason::stale);
    w.store.silent = false;
    must(brief.poll());
    BOOST_TEST(bool{brief_reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(reads_all_rows_again_where_the_epoch_changed_between_the_feed_and_its_rows) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier();
    w.revoke(key);
    w.store.reading_many.meanwhile = [&] { w.store.its_epoch = 2; };
    const int before = w.store.scanning.asked;
    must(fast.poll());
    BOOST_TEST(w.store.scanning.asked == before + 1);
    BOOST_TEST(why_denied(fast.new_reader().verify(text_of(key), noon)) == reason::unknown_handle);
}

BOOST_AUTO_TEST_CASE(is_not_filled_from_two_epochs) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.store.its_epoch = 2;
    w.store.scanning.meanwhile = [&] { w.store.its_epoch = 3; };
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(is_not_filled_from_an_older_state) {
    network_world w;
    const issued_key key = w.issue();
    const issued_key dead = w.issue();
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.revoke(dead);
    must(fast.poll());
    w.store.its_epoch = 2;
    w.store.polling.meanwhile = [&] { w.store.ends_at = 2; };  // restored between the feed and the scan
    BOOST_TEST(code_of(fast.poll()) == errc::rolled_back);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    BOOST_TEST(code_of(fast.poll()) == errc::rolled_back);
    w.store.ends_at = UINT64_MAX;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    BOOST_TEST(!reader.verify(text_of(dead), noon));
}

BOOST_AUTO_TEST_CASE(denies_after_a_failover_to_an_older_state) {
    network_world w;
    const issued_key key = w.issue();
    (void)w.issue();
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.store.its_epoch = 2;
    w.store.ends_at = 1;
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(code_of(fast.poll()) == errc::rolled_back);
        BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    }
    w.store.ends_at = UINT64_MAX;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_feed_that_was_trimmed)

BOOST_AUTO_TEST_CASE(is_read_as_before_if_only_old_changes_are_gone) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier();
    w.revoke(key);
    const int before = w.store.scanning.asked;
    must(fast.poll());
    (void)w.issue();
    w.store.trimmed = 1;  // the last applied one is left
    BOOST_TEST(must(fast.poll()) == 1U);
    BOOST_TEST(w.store.scanning.asked == before);
}

BOOST_AUTO_TEST_CASE(makes_a_verifier_read_all_rows_again_if_it_has_not_seen_what_is_gone) {
    for (const bool was_empty : {false, true}) {
        BOOST_TEST_CONTEXT((was_empty ? "filled from an empty store" : "filled from a store with a key")) {
            network_world w;
            std::optional<issued_key> key;
            if (!was_empty) key = w.issue();
            auto fast = w.open_verifier();
            if (was_empty) key = w.issue();
            auto reader = fast.new_reader();
            w.revoke(*key);
            const issued_key fresh = w.issue();
            w.store.trimmed = 2;
            const int before = w.store.scanning.asked;
            must(fast.poll());
            BOOST_TEST(w.store.scanning.asked == before + 1);
            BOOST_TEST(!reader.verify(text_of(*key), noon));
            BOOST_TEST(bool{reader.verify(text_of(fresh), noon)});
            must(fast.poll());
            BOOST_TEST(w.store.scanning.asked == before + 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(denies_if_its_rows_cannot_be_read) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    w.revoke(key);
    const issued_key fresh = w.issue();
    w.store.trimmed = 2;
    w.store.polling.meanwhile = [&] { w.store.silent = true; };
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    w.store.silent = false;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(fresh), noon)});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_verifier_of_a_remote_feed_that_runs)

BOOST_AUTO_TEST_CASE(follows_a_change_at_once) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier({.poll_every = 1h, .flush_every = 1h});
    auto reader = fast.new_reader();
    std::jthread runs{[&](const std::stop_token& stop) { (void)fast.run(stop); }};
    BOOST_REQUIRE(comes_true([&] { return w.store.waits > 0; }));
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    w.revoke(key);
    BOOST_TEST(comes_true([&] { return !reader.verify(text_of(key), noon); }));
    runs.request_stop();
    runs.join();
    BOOST_TEST(w.store.polling.asked <= 3);
}

BOOST_AUTO_TEST_CASE(does_not_miss_a_change_that_comes_before_it_waits) {
    network_world w;
    const issued_key key = w.issue();
    const issued_key other = w.issue();
    auto fast = w.open_verifier({.poll_every = 1h, .flush_every = 1h});
    auto reader = fast.new_reader();
    w.store.polling.meanwhile = [&] { w.revoke(key); };  // the first poll has read the feed, and does not show it
    std::jthread runs{[&](const std::stop_token& stop) { (void)fast.run(stop); }};
    BOOST_REQUIRE(comes_true([&] { return w.store.waits > 0; }));
    w.revoke(other);
    BOOST_TEST(comes_true([&] { return !reader.verify(text_of(key), noon); }));
}

BOOST_AUTO_TEST_CASE(polls_in_its_period_and_no_more_while_nothing_changes) {
    network_world w;
    auto fast = w.open_verifier({.poll_every = 150ms, .flush_every = 1h});
    const auto began = std::chrono::steady_clock::now();
    std::jthread runs{[&](const std::stop_token& stop) { (void)fast.run(stop); }};
    BOOST_TEST(comes_true([&] { return w.store.polling.asked >= 4; }));
    const auto took = std::chrono::steady_clock::now() - began;
    runs.request_stop();
    runs.join();
    BOOST_TEST((took >= 4 * 140ms));
}

BOOST_AUTO_TEST_CASE(does_not_spin_while_the_store_is_down) {
    network_world w;
    const issued_key key = w.issue();
    auto fast = w.open_verifier({.poll_every = 50ms, .flush_every = 1h});
    auto reader = fast.new_reader();
    w.store.silent = true;
    std::atomic<int> told{0};
    std::jthread runs{[&](const std::stop_token& stop) { (void)fast.run(stop, [&](const error&) { ++told; }); }};
    std::this_thread::sleep_for(520ms);
    BOOST_TEST(told >= 2);
    BOOST_TEST(told <= 11);
    BOOST_TEST(w.store.polling.asked <= 11);
    BOOST_TEST(w.store.waits <= 2);
    w.revoke(key);
    w.store.silent = false;
    BOOST_TEST(comes_true([&] { return !reader.verify(text_of(key), noon); }));
}

BOOST_AUTO_TEST_CASE(ends_soon_after_it_is_asked_to) {
    network_world w;
    auto fast = w.open_verifier({.poll_every = 1h});
    std::jthread runs{[&](const std::stop_token& stop) { (void)fast.run(stop); }};
    BOOST_REQUIRE(comes_true([&] { return w.store.waits > 0; }));
    const auto asked = std::chrono::steady_clock::now();
    runs.request_stop();
    runs.join();
    BOOST_TEST((std::chrono::steady_clock::now() - asked < 5s));
}

BOOST_AUTO_TEST_SUITE_END()

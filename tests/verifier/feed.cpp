// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store that fails, is slow, or shows an old state: a verifier never grants a key that was revoked.
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "../support/world.hpp"
#include "both_ways.hpp"

using namespace shearline;
using namespace support;

namespace {

/// A memory_store that can fail, answer late, and run a function between a read and its answer, as a test asks.
class troubled_store {
public:
    explicit troubled_store(memory_store& of) : m_of{&of} {}

    template <typename Sink>
    result<feed_head> scan(std::string_view format, Sink& sink) const {
        struct failing {
            result<void> begin(std::uint64_t credentials, std::uint64_t keys) { return to->begin(credentials, keys); }
            result<void> take(const scanned_credential& one, std::span<const scanned_key> keys) {
                if (taken++ == fails_after) return error{errc::unavailable, "the disk failed"};
                return to->take(one, keys);
            }
            Sink* to;
            std::uint64_t fails_after;
            std::uint64_t taken = 0;
        } between{&sink, scan_fails_after};
        auto head = m_of->scan(format, between);
        if (head) head->tag ^= other_history;
        if (after_scan) std::exchange(after_scan, nullptr)();
        return head;
    }
    result<std::optional<store_identity>> identity() const { return m_of->identity(); }
    result<std::optional<credential_view>> read_live(const credential_id& id) const {
        if (fails) return error{errc::unavailable, "the disk failed"};
        auto view = m_of->read_live(id);
        if (after_read) std::exchange(after_read, nullptr)();
        if (old_view && view && *view) return old_view;
        return view;
    }
    result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        ++asked;
        std::this_thread::sleep_for(takes.load());
        if (fails) return error{errc::unavailable, "the disk failed"};
        auto changes = m_of->changes_after(sequence, limit);
        if (changes) std::erase_if(*changes, [this](const change& one) { return one.sequence > ends_at; });
        if (changes)
            for (change& one : *changes) one.tag ^= other_history;
        if (after_changes) after_changes();
        return changes;
    }
    result<void> record_usage(std::span<const usage> used) {
        if (fails || fails_to_count) return error{errc::unavailable, "the disk failed"};
        return m_of->record_usage(used);
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_of->change_count(); }
    [[nodiscard]] bool hears_changes() const noexcept { return hears; }

    std::uint64_t scan_fails_after = UINT64_MAX;
    std::atomic<bool> fails{false};
    std::atomic<bool> fails_to_count{false};
    mutable std::atomic<int> asked{0};
    mutable std::function<void()> after_scan{};
    mutable std::function<void()> after_read{};
    std::function<void()> after_changes{};
    std::optional<credential_view> old_view{};
    std::uint64_t ends_at = UINT64_MAX;                 ///< the last change that it shows, as a restored copy does
    std::uint64_t other_history = 0;                    ///< by what its tags differ from those of before
    std::atomic<std::chrono::milliseconds> takes{0ms};  ///< before it gives changes, or fails to
    bool hears = true;

private:
    memory_store* m_of;
};
static_assert(key_feed<troubled_store> && !key_store<troubled_store>);

struct troubled_world : world<memory_store> {
    troubled_world() : keys{open<shown_once>()}, store{opened.store} {}

    auto open_verifier(std::chrono::milliseconds lease = 10s) {
        return must(verifier<shown_once, troubled_store>::open(store, ring, {.lease = lease}));
    }

    authority<shown_once> keys;
    troubled_store store;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_verifier_of_a_troubled_store)

BOOST_AUTO_TEST_CASE(is_not_there_when_the_filling_failed_which_says_how_far_it_came) {
    troubled_world w;
    for (int i = 0; i < 20; ++i) (void)must(w.keys.issue(legacy_sync(), w.admin));
    w.store.scan_fails_after = 7;
    const auto opened = verifier<shown_once, troubled_store>::open(w.store, w.ring);
    BOOST_TEST(code_of(opened) == errc::unavailable);
    BOOST_TEST(opened.error().context() == "the disk failed (the mirror had taken 7 of 20 keys)");
}

BOOST_AUTO_TEST_CASE(tells_of_the_progress_of_its_filling) {
    troubled_world w;
    for (int i = 0; i < 20; ++i) (void)must(w.keys.issue(legacy_sync(), w.admin));
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
    const auto note = [&told](std::uint64_t done, std::uint64_t of) { told.emplace_back(done, of); };
    (void)must(verifier<shown_once, troubled_store>::open(w.store, w.ring, {}, note));
    BOOST_REQUIRE(!told.empty());
    BOOST_TEST(told.back() == (std::pair<std::uint64_t, std::uint64_t>{20, 20}));
}

BOOST_AUTO_TEST_CASE(knows_what_was_revoked_while_it_was_filled) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    const issued_key control = must(w.keys.issue(legacy_sync(), w.admin));
    w.store.after_scan = [&] { must(w.keys.revoke(key.credential, w.admin)); };
    auto fast = w.open_verifier();
    both_ways reader{fast};
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
    BOOST_TEST(bool{reader.verify(text_of(control), noon)});
}

BOOST_AUTO_TEST_CASE(knows_what_was_revoked_while_an_earlier_change_was_read) {
    troubled_world w;
    auto fast = w.open_verifier();
    both_ways reader{fast};
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    w.store.after_read = [&] { must(w.keys.revoke(key.credential, w.admin)); };
    // The verification began before the revocation, so both verdicts are allowed. The next one must deny.
    (void)fast.new_reader().verify(text_of(key), noon);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(denies_where_it_cannot_learn_what_has_changed_and_recovers) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    const issued_key other = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    both_ways reader{fast};
    w.store.fails = true;
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});  // nothing has changed, and its lease holds
    must(w.keys.revoke(other.credential, w.admin));
    for (const issued_key* each : {&key, &other}) {
        const verdict answer = reader.verify(text_of(*each), noon);
        BOOST_TEST(why_denied(answer) == reason::stale);
        BOOST_TEST(answer.denial().status() == 503U);
    }
    const std::string nearly = std::string{text_of(key)}.replace(12, 1, "!");
    const std::string_view texts[] = {text_of(key), text_of(other), "no key", nearly};
    verdict answers[4];
    fast.new_reader().verify_many(texts, noon, any_scope, answers);
    BOOST_TEST(why_denied(answers[0]) == reason::stale);
    BOOST_TEST(why_denied(answers[1]) == reason::stale);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(why_denied(answers[i]) == why_denied(reader.verify(texts[i], noon)));
    BOOST_TEST(why_denied(answers[2]) == reason::malformed);
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    w.store.fails = false;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    BOOST_TEST(why_denied(reader.verify(text_of(other), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(does_not_take_a_store_at_its_word_that_is_behind_its_own_feed) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    w.store.old_view = credential_view{must(w.keys.find(key.credential))};
    auto fast = w.open_verifier();
    both_ways reader{fast};
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    must(w.keys.revoke(key.credential, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    w.store.old_view.reset();
    must(fast.poll());
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(denies_once_its_lease_is_over_unless_the_store_answers) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    for (const bool asks_many : {false, true}) {
        auto fast = w.open_verifier(30ms);
        auto reader = fast.new_reader();
        const auto ask = [&] {
            if (!asks_many) return reader.verify(text_of(key), noon);
            const std::vector<std::string_view> texts(4, text_of(key));
            std::vector<verdict> answers(texts.size());
            reader.verify_many(texts, noon, any_scope, answers);
            return answers.back();
        };
        std::this_thread::sleep_for(60ms);
        const int before = w.store.asked;
        BOOST_TEST(bool{ask()});  // it asked
        BOOST_TEST(w.store.asked == before + 1);
        w.store.fails = true;
        std::this_thread::sleep_for(60ms);
        BOOST_TEST(why_denied(ask()) == reason::stale);
        w.store.fails = false;
        must(fast.poll());
        BOOST_TEST(bool{ask()});
    }
}

BOOST_AUTO_TEST_CASE(counts_its_lease_from_before_it_asked) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier(60ms);
    auto reader = fast.new_reader();
    std::this_thread::sleep_for(80ms);
    w.store.takes = 90ms;
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    const int before = w.store.asked;
    w.store.takes = 0ms;
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});  // what it was told is 90 ms old, and asked for again
    BOOST_TEST(w.store.asked == before + 1);
}

BOOST_AUTO_TEST_CASE(asks_a_slow_store_that_fails_once_for_all_threads) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    (void)must(w.keys.issue(legacy_sync(), w.admin));  // which the verifier would have to hear of
    w.store.takes = 250ms;
    w.store.fails = true;
    const int before = w.store.asked;
    std::atomic<int> granted{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&] { granted += fast.new_reader().verify(text_of(key), noon) ? 1 : 0; });
    for (std::thread& each : threads) each.join();
    BOOST_TEST(granted == 0);
    BOOST_TEST(w.store.asked - before <= 4);  // it was once for each thread: a late one may ask again
    w.store.takes = 0ms;
    w.store.fails = false;
    must(fast.poll());
    BOOST_TEST(bool{fast.new_reader().verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(waits_after_a_failure_and_not_since_the_question) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    (void)must(w.keys.issue(legacy_sync(), w.admin));
    w.store.takes = 30ms;  // longer than the pause
    w.store.fails = true;
    int paused = 0;
    for (int round = 0; round < 20 && paused == 0; ++round) {  // a machine that is busy may sleep through a pause
        BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
        const int before = w.store.asked;
        BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
        paused += w.store.asked == before ? 1 : 0;
    }
    BOOST_TEST(paused == 1);
}

BOOST_AUTO_TEST_CASE(denies_at_once_while_a_silent_store_is_asked) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    (void)must(w.keys.issue(legacy_sync(), w.admin));
    w.store.takes = 2s;
    const int before = w.store.asked;
    std::thread asks{[&] { (void)fast.new_reader().verify(text_of(key), noon); }};
    while (w.store.asked == before) std::this_thread::yield();
    auto reader = fast.new_reader();
    // The first waits for a while for the thread that asks; if all others did, too, this would take minutes.
    for (int i = 0; i < 10'000 && w.store.asked == before + 1; ++i)
        BOOST_REQUIRE(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    BOOST_TEST(fast.count_of(reason::stale) == 10'000U);
    asks.join();
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(needs_no_turn_once_another_thread_has_asked_after_it_and_was_answered) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    const auto here = std::this_thread::get_id();
    std::atomic<bool> has_asked{false};
    (void)must(w.keys.issue(legacy_sync(), w.admin));
    w.store.after_changes = [&] {  // the verifier is always behind: whoever gets a turn must ask
        (void)must(w.keys.issue(legacy_sync(), w.admin));
        if (std::this_thread::get_id() == here) has_asked = true;
    };
    w.store.takes = 30ms;  // the answer after the next comes well before a thread gives up waiting
    std::atomic<bool> ends{false};
    std::thread asks{[&] {
        while (!ends) (void)fast.poll();
    }};
    bool without_a_turn = false;
    for (int round = 0; round < 20 && !without_a_turn; ++round) {  // it may get one; a busy machine may sleep too long
        has_asked = false;
        without_a_turn = reader.verify(text_of(key), noon) && !has_asked;
    }
    ends = true;
    asks.join();
    BOOST_TEST(without_a_turn);
}

BOOST_AUTO_TEST_CASE(denies_as_long_as_its_store_shows_an_older_state) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    (void)must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier(1h);
    auto reader = fast.new_reader();
    w.store.ends_at = 1;
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});  // it has not looked yet
    for (int i = 0; i < 2; ++i) {
        const auto polled = fast.poll();
        BOOST_TEST(code_of(polled) == errc::rolled_back);
        BOOST_TEST(polled.error().context().find("change 2") != std::string::npos);
        BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    }
    w.store.ends_at = 0;
    BOOST_TEST(code_of(fast.poll()) == errc::rolled_back);
    w.store.ends_at = UINT64_MAX;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(fills_itself_anew_where_its_store_went_on_from_an_older_state) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    const issued_key dead = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier(1h);
    auto reader = fast.new_reader();
    w.store.other_history = 1;
    w.store.scan_fails_after = 0;
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    must(w.keys.revoke(dead.credential, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);  // no verification fills it
    w.store.scan_fails_after = UINT64_MAX;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
    BOOST_TEST(why_denied(reader.verify(text_of(dead), noon)) == reason::unknown_handle);
    must(w.keys.revoke(key.credential, w.admin));
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(denies_at_once_when_its_store_no_longer_hears_of_changes) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier(1h);
    auto reader = fast.new_reader();
    w.store.hears = false;
    BOOST_TEST(code_of(fast.poll()) == errc::unavailable);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    w.store.hears = true;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
}

BOOST_AUTO_TEST_CASE(tells_of_what_fails_while_it_runs) {
    troubled_world w;
    auto fast = must(verifier<shown_once, troubled_store>::open(w.store, w.ring, {.poll_every = 1ms}));
    w.store.fails = true;
    std::stop_source stop;
    std::string told;
    (void)fast.run(stop.get_token(), [&](const error& what) {
        told = what.message();
        stop.request_stop();
    });
    BOOST_TEST(told == "unavailable: the disk failed");
}

BOOST_AUTO_TEST_CASE(tells_of_counts_that_it_cannot_write_while_it_runs) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast =
        must(verifier<shown_once, troubled_store>::open(w.store, w.ring, {.poll_every = 1ms, .flush_every = 1ms}));
    auto reader = fast.new_reader();
    BOOST_REQUIRE(reader.verify(text_of(key), noon));
    w.store.fails_to_count = true;
    std::stop_source stop;
    std::string told;
    const auto ended = fast.run(stop.get_token(), [&](const error& what) {
        told = what.message();
        w.store.fails_to_count = false;
        stop.request_stop();
    });
    BOOST_TEST(told == "unavailable: the disk failed");
    BOOST_TEST(must(ended) == 1U);  // and writes them before it ends
}

BOOST_AUTO_TEST_CASE(keeps_its_counts_until_the_store_takes_them) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    for (int i = 0; i < 5; ++i) BOOST_REQUIRE(reader.verify(text_of(key), noon));
    w.store.fails = true;
    BOOST_TEST(code_of(fast.flush_usage()) == errc::unavailable);
    BOOST_REQUIRE(reader.verify(text_of(key), noon));
    w.store.fails = false;
    must(fast.flush_usage());
    BOOST_TEST(must(w.keys.find(key.handle)).keys.at(0).uses == 6U);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store that fails, is slow, or shows what is old: a verifier never grants what has been taken away.
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "../authority/fixture.hpp"

using namespace shearline;
using namespace support;

namespace {

/// A memory_store that can be told to fail, to be late, and to let something happen between a read and its answer.
class troubled_store {
public:
    explicit troubled_store(memory_store& of) : m_of{&of} {}

    template <typename Sink>
    result<std::uint64_t> scan(std::string_view format, Sink& sink) const {
        struct failing {
            result<void> begin(std::uint64_t credentials, std::uint64_t keys) { return to->begin(credentials, keys); }
            result<void> take(const scanned_credential& one) { return to->take(one); }
            result<void> take(const scanned_key& one) {
                if (taken++ == fails_after) return error{errc::unavailable, "the disk failed"};
                return to->take(one);
            }
            Sink* to;
            std::uint64_t fails_after;
            std::uint64_t taken = 0;
        } between{&sink, scan_fails_after};
        auto sequence = m_of->scan(format, between);
        if (after_scan) std::exchange(after_scan, nullptr)();
        return sequence;
    }
    result<std::optional<credential_view>> read_live(const credential_id& id) const {
        if (fails) return error{errc::unavailable, "the disk failed"};
        auto view = m_of->read_live(id);
        if (after_read) std::exchange(after_read, nullptr)();
        if (old_view && view && *view) return old_view;
        return view;
    }
    result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        if (fails) return error{errc::unavailable, "the disk failed"};
        ++asked;
        return m_of->changes_after(sequence, limit);
    }
    result<void> record_usage(std::span<const usage> used) {
        if (fails) return error{errc::unavailable, "the disk failed"};
        return m_of->record_usage(used);
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_of->change_count(); }

    std::uint64_t scan_fails_after = UINT64_MAX;
    std::atomic<bool> fails{false};
    mutable std::atomic<int> asked{0};
    mutable std::function<void()> after_scan{};
    mutable std::function<void()> after_read{};
    std::optional<credential_view> old_view{};

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
    BOOST_TEST((told.back() == std::pair<std::uint64_t, std::uint64_t>{20, 20}));
}

BOOST_AUTO_TEST_CASE(knows_what_was_revoked_while_it_was_filled) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    const issued_key control = must(w.keys.issue(legacy_sync(), w.admin));
    w.store.after_scan = [&] { must(w.keys.revoke(key.credential, w.admin)); };
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
    BOOST_TEST(bool{reader.verify(text_of(control), noon)});
}

BOOST_AUTO_TEST_CASE(knows_what_was_revoked_while_an_earlier_change_was_read) {
    troubled_world w;
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    w.store.after_read = [&] { must(w.keys.revoke(key.credential, w.admin)); };
    // The verification began before the revocation: it may go either way. The next one may not.
    (void)reader.verify(text_of(key), noon);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::revoked);
}

BOOST_AUTO_TEST_CASE(denies_where_it_cannot_learn_what_has_changed_and_recovers) {
    troubled_world w;
    const issued_key key = must(w.keys.issue(legacy_sync(), w.admin));
    const issued_key other = must(w.keys.issue(legacy_sync(), w.admin));
    auto fast = w.open_verifier();
    auto reader = fast.new_reader();
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
    reader.verify_many(texts, noon, {}, answers);
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
    auto reader = fast.new_reader();
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
    auto fast = w.open_verifier(30ms);
    auto reader = fast.new_reader();
    std::this_thread::sleep_for(60ms);
    const int before = w.store.asked;
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});  // it asked
    BOOST_TEST(w.store.asked == before + 1);
    w.store.fails = true;
    std::this_thread::sleep_for(60ms);
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::stale);
    w.store.fails = false;
    must(fast.poll());
    BOOST_TEST(bool{reader.verify(text_of(key), noon)});
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

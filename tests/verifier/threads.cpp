// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Readers continue while keys are issued, rotated and revoked, and while tables are rebuilt.
#include <array>
#include <atomic>
#include <barrier>
#include <boost/mp11/list.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#endif

#include "../support/in_child.hpp"
#include "../support/world.hpp"

using namespace shearline;
using namespace support;

using stores = boost::mp11::mp_list<memory_store, sqlite_store>;

#ifdef __linux__
namespace {

/// Makes `membarrier` fail in this thread from now on, as in a sandbox that does not allow it; returns whether that was
/// possible.
bool forbid_barriers() {
    ::sock_filter all_but_one[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(::seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const ::sock_fprog program{std::size(all_but_one), all_but_one};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
           ::syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) < 0;
}

const boost::unit_test::precondition if_barriers_can_be_forbidden{[](boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result possible{support::in_child([] { return forbid_barriers() ? 0 : 1; }) == 0};
    possible.message() << "this system filters no system calls";
    return possible;
}};

}  // namespace
#endif

BOOST_AUTO_TEST_SUITE(readers)

BOOST_AUTO_TEST_CASE(see_every_key_that_is_good_and_none_that_was_revoked_before_they_asked) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    std::vector<issued_key> steady;
    for (int i = 0; i < 50; ++i) steady.push_back(must(keys.issue(legacy_sync(), w.admin)));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));

    // The writer rotates one credential often enough that the table is rebuilt several times.
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    constexpr std::size_t rotations = 2'500;
    std::vector<std::string> texts(rotations + 1);
    texts[0] = text_of(first);
    std::atomic<std::size_t> current{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            auto reader = fast.new_reader();
            auto i = static_cast<std::size_t>(t);
            for (std::size_t seen = 0; seen < rotations; ++i) {
                verdict answer = reader.verify(text_of(steady[i % steady.size()]), noon, "contacts:read");
                // The thread that follows the feed may wait for a processor so long that others do not wait for it.
                while (!answer && answer.denial().reason() == reason::stale)
                    answer = reader.verify(text_of(steady[i % steady.size()]), noon, "contacts:read");
                if (!answer) ++wrong;
                seen = current.load(std::memory_order_acquire);
                // The key before the current one was revoked before this verification begins.
                if (seen > 0 && reader.verify(texts[seen - 1], noon)) ++wrong;
                std::this_thread::yield();
            }
        });
    for (std::size_t i = 1; i <= rotations; ++i) {
        texts[i] = text_of(must(keys.rotate(first.credential, w.admin)));
        current.store(i, std::memory_order_release);
        if (i % 100 == 0) (void)must(fast.flush_usage());
        if (i % 500 == 0) must(fast.use(w.ring));
    }
    for (std::thread& each : threads) each.join();
    BOOST_TEST(wrong == 0);
    (void)must(fast.poll());
    auto reader = fast.new_reader();  // nobody waits for anybody now, so nothing is stale
    for (const issued_key& each : steady) BOOST_TEST(bool{reader.verify(text_of(each), noon, "contacts:read")});
    for (std::size_t i = 0; i < rotations; ++i) BOOST_REQUIRE(!reader.verify(texts[i], noon));
    BOOST_TEST(fast.size().keys == steady.size() + 1);
    BOOST_TEST(fast.size().used_lines < rotations);  // rebuilt without the dead
    (void)must(fast.flush_usage());
    std::uint64_t uses = 0;
    for (const auto& view : must(keys.list({.limit = 1'000})).items)
        for (const record& key : view.keys) uses += key.uses;
    BOOST_TEST(uses == fast.count_of(std::nullopt));
}

BOOST_AUTO_TEST_CASE(are_not_needed_to_verify_from_any_number_of_threads) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key steady = must(keys.issue(legacy_sync(), w.admin));
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    constexpr std::size_t rotations = 500;
    std::vector<std::string> texts(rotations + 1);
    texts[0] = text_of(first);
    std::atomic<std::size_t> current{0};
    std::atomic<int> wrong{0};
    std::atomic<std::uint64_t> granted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 20; ++t)  // more than there are readers
        threads.emplace_back([&] {
            std::uint64_t mine = 0;
            for (std::size_t seen = 0; seen < rotations || mine < 20'000;) {
                const verdict answer = fast.verify(text_of(steady), noon, scope<"contacts:read">);
                // The thread that follows the feed may wait for a processor so long that others do not wait for it.
                if (!answer && answer.denial().reason() != reason::stale) ++wrong;
                if (answer) ++mine;
                seen = current.load(std::memory_order_acquire);
                if (seen > 0 && fast.verify(texts[seen - 1], noon)) ++wrong;
            }
            granted += mine;
        });
    for (std::size_t i = 1; i <= rotations; ++i) {
        texts[i] = text_of(must(keys.rotate(first.credential, w.admin)));
        current.store(i, std::memory_order_release);
        if (i % 100 == 0) (void)must(fast.flush_usage());
    }
    for (std::thread& each : threads) each.join();
    BOOST_TEST(wrong == 0);
    BOOST_TEST(fast.count_of(std::nullopt) == granted);  // two threads with one reader would lose some
    (void)must(fast.flush_usage());
    BOOST_TEST(must(keys.find(steady.handle)).keys.at(0).uses == granted);
    auto moved = std::move(fast);
    const verdict now = moved.verify(text_of(steady));  // by the system's clock, which is past noon
    BOOST_TEST(bool{now});
}

BOOST_AUTO_TEST_CASE(are_not_needed_to_hold_a_scope_and_a_time_against_a_key) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(
        keys.issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:read"}, .expires_at = noon + 24h}, w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    BOOST_TEST(bool{fast.verify(text_of(key), noon, scope<"contacts:read">)});
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon, scope<"contacts:write">)) == reason::missing_scope);
    BOOST_TEST(why_denied(fast.verify(text_of(key), noon, "")) == reason::missing_scope);
    BOOST_TEST(why_denied(fast.verify("no key", noon)) == reason::malformed);
    BOOST_TEST(why_denied(fast.verify(text_of(key))) == reason::expired);  // by the system's clock, which is past that
    const issued_key lasting = must(keys.issue({.tenant = "acme", .name = "two", .scopes = {"a:b"}}, w.admin));
    BOOST_TEST(why_denied(fast.verify(text_of(lasting), scope<"a:c">)) == reason::missing_scope);
    BOOST_TEST(bool{fast.verify(text_of(lasting), scope<"a:b">)});
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(go_on_when_barriers_are_forbidden_later, *if_barriers_can_be_forbidden) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key steady = must(keys.issue(legacy_sync(), w.admin));
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    auto idle = fast.new_reader();
    BOOST_TEST(bool{idle.verify(text_of(steady), noon)});  // and not again before the end
    constexpr std::size_t rotations = 1'200;
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::atomic<int> stale{0};
    std::atomic<bool> one_waited{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t)
        threads.emplace_back([&] {
            auto reader = fast.new_reader();
            while (!done) {
                const auto began = std::chrono::steady_clock::now();
                const verdict answer = reader.verify(text_of(steady), noon, "contacts:read");
                if (!answer && answer.denial().reason() != reason::stale) ++wrong;
                if (!answer && answer.denial().reason() == reason::stale) {
                    ++stale;
                    if (std::chrono::steady_clock::now() - began >= 100ms) one_waited = true;
                }
                std::this_thread::yield();
            }
        });
    std::thread writer{[&] {  // what is forbidden is so for a thread and those that it starts
        for (std::size_t i = 1; i <= rotations; ++i) {
            if (i == rotations / 4 && !forbid_barriers()) ++wrong;
            if (!keys.rotate(first.credential, w.admin) || !fast.poll()) ++wrong;
            if (i % 100 == 0 && (!fast.flush_usage() || !fast.use(w.ring))) ++wrong;
        }
        done = true;
    }};
    writer.join();
    for (std::thread& each : threads) each.join();
    BOOST_TEST(wrong == 0);
    // The thread that follows the feed may wait for a processor so long that others do not wait for it; but one did.
    BOOST_TEST((stale == 0 || one_waited), stale << " denials as stale, and none of them waited");
    BOOST_TEST(fast.size().used_lines < rotations);  // tables were rebuilt
    BOOST_TEST(bool{idle.verify(text_of(steady), noon)});
    (void)must(fast.flush_usage());
    BOOST_TEST(must(keys.find(steady.handle)).keys.at(0).uses == fast.count_of(std::nullopt));
}
#endif

BOOST_AUTO_TEST_CASE(lose_no_use_to_a_flush_in_the_middle_of_a_verification) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    constexpr std::uint64_t enough = 500'000;
    std::atomic<std::uint64_t> verified{0};
    std::thread reading{[&] {
        auto reader = fast.new_reader();
        const std::vector<std::string_view> texts(64, text_of(key));
        std::vector<verdict> answers(texts.size());
        for (; verified < enough; verified += texts.size()) reader.verify_many(texts, noon, any_scope, answers);
    }};
    while (verified < enough) (void)must(fast.flush_usage());
    reading.join();
    (void)must(fast.flush_usage());
    BOOST_TEST(must(keys.find(key.credential)).keys[0].uses == verified);
}

BOOST_AUTO_TEST_CASE(hold_what_any_of_them_was_told_of_the_time_against_a_key_that_ends) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue({.tenant = "acme", .name = "sync", .expires_at = noon + 24h}, w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    const std::string text{text_of(key)};
    std::atomic<int> wrong{0};
    std::barrier both_counted{2};
    std::atomic<std::int64_t> clock{0};  // in milliseconds; no two readers are told the same
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t)
        threads.emplace_back([&] {
            auto reader = fast.new_reader();
            for (std::int64_t told = 0; told < 500'000;) {
                told = ++clock;
                if (!reader.verify(text, noon + std::chrono::milliseconds{told})) ++wrong;
            }
            both_counted.arrive_and_wait();  // nobody is told of an end while another still counts
            (void)reader.verify(text, noon + 25h);
            if (reader.verify(text, noon)) ++wrong;
        });
    for (std::thread& each : threads) each.join();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(have_changes_followed_and_their_uses_written_while_it_runs) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    auto fast =
        must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring, {.poll_every = 1ms, .flush_every = 2ms}));
    result<std::size_t> ended = error{errc::unavailable, "it has not ended"};
    {
        std::jthread runs{[&](const std::stop_token& stop) { ended = fast.run(stop); }};
        auto reader = fast.new_reader();
        const auto waits_for = [](auto happened) {
            for (int i = 0; i < 10'000 && !happened(); ++i) std::this_thread::sleep_for(1ms);
            return happened();
        };
        BOOST_TEST(static_cast<bool>(reader.verify(text_of(first), noon)));
        BOOST_TEST(waits_for([&] { return must(keys.find(first.credential)).keys[0].uses == 1; }));
        (void)must(keys.issue(legacy_sync(), w.admin));
        BOOST_TEST(waits_for([&] { return fast.size().keys == 2; }));
        BOOST_TEST(fast.size().bytes() >= fast.size().lines * 64);
        auto moved = std::move(reader);
        BOOST_TEST(static_cast<bool>(moved.verify(text_of(first), noon)));
    }
    BOOST_TEST(must(std::move(ended)) <= 1U);
    BOOST_TEST(must(keys.find(first.credential)).keys[0].uses == 2U);  // the last one, too
}

BOOST_AUTO_TEST_CASE_TEMPLATE(writes_what_is_left_when_it_is_asked_to_stop, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, Store>::open(w.opened.store, w.ring, {.flush_every = 1h}));
    std::jthread runs{[&fast](const std::stop_token& stop) { (void)fast.run(stop); }};
    auto reader = fast.new_reader();
    for (int i = 0; i < 10; ++i) BOOST_REQUIRE(reader.verify(text_of(key), noon));
    BOOST_TEST(must(keys.find(key.handle)).keys.at(0).uses == 0U);
    runs.request_stop();
    runs.join();
    BOOST_TEST(must(keys.find(key.handle)).keys.at(0).uses == 10U);
}

namespace {

/// A stop_signal that is no std::stop_token.
struct flag {
    std::atomic<bool> raised{false};
    [[nodiscard]] bool stop_requested() const noexcept { return raised; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(stops_for_a_signal_of_another_type_within_a_long_period) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring, {.poll_every = 1h}));
    BOOST_REQUIRE(fast.new_reader().verify(text_of(key), noon));
    flag stop;
    std::thread runs{[&] { (void)fast.run(stop); }};
    std::this_thread::sleep_for(10ms);
    BOOST_TEST(must(keys.find(key.handle)).keys.at(0).uses == 0U);
    stop.raised = true;
    runs.join();  // an hour, if the signal were not asked in between
    BOOST_TEST(must(keys.find(key.handle)).keys.at(0).uses == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

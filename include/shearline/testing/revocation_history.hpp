// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Records verifications and revocations over threads and processes, and judges their order.
// Depends on testing/report.hpp; never on a verifier, nor on how a change reaches it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// One call, with the times at which it began and ended, by the clock that all processes of a machine share
/// (CLOCK_MONOTONIC). Trivially copyable: a process can send its events as bytes.
struct history_event {
    std::uint64_t key = 0;  ///< chosen by the test
    std::int64_t began_ns = 0;
    std::int64_t ended_ns = 0;
    bool narrows = false;  ///< a revocation or another call that takes access away; else a verification
    bool yes = false;      ///< acknowledged, or granted
};
static_assert(std::is_trivially_copyable_v<history_event>);

/// Records the calls of one thread. Not thread-safe: each thread has its own.
class history_recorder {
public:
    /// Runs `call() -> bool`, a verification, and records whether it granted.
    template <typename Call>
    bool verify(std::uint64_t key, Call call) {
        return note(key, false, call);
    }
    /// Runs `call() -> bool`; once it has succeeded, the key must be denied for good.
    template <typename Call>
    bool narrow(std::uint64_t key, Call call) {
        return note(key, true, call);
    }

    [[nodiscard]] const std::vector<history_event>& events() const noexcept { return m_events; }
    void clear() noexcept { m_events.clear(); }

private:
    static std::int64_t now_ns() noexcept {
        return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
    }
    template <typename Call>
    bool note(std::uint64_t key, bool narrows, Call call) {
        history_event event{.key = key, .began_ns = now_ns(), .ended_ns = 0, .narrows = narrows, .yes = false};
        event.yes = call();
        event.ended_ns = now_ns();
        m_events.push_back(event);
        return event.yes;
    }

    std::vector<history_event> m_events;
};

/// The events of all threads and processes, judged together. Not thread-safe.
///
/// Example:
///     shearline::testing::history_recorder mine;  // one for each thread
///     mine.narrow(7, [] { return true; });        // revokes key 7, and returned
///     mine.verify(7, [] { return false; });       // key 7 was denied after that
///     shearline::testing::revocation_history all;
///     all.add(mine.events());
///     const bool is_sound = static_cast<bool>(all.judge());
class revocation_history {
public:
    void add(std::span<const history_event> events) { m_events.insert(m_events.end(), events.begin(), events.end()); }

    [[nodiscard]] std::size_t size() const noexcept { return m_events.size(); }

    /// A verification that BEGAN after a narrowing call had returned must have been denied; one that overlaps it may go
    /// either way. `staleness` is an extra delay that a cache claims, and is held to. O(n log n).
    [[nodiscard]] report judge(std::chrono::nanoseconds staleness = {}) const {
        std::map<std::uint64_t, std::int64_t> dead_since;
        for (const history_event& event : m_events)
            if (event.narrows && event.yes) {
                const auto [at, fresh] = dead_since.emplace(event.key, event.ended_ns);
                if (!fresh) at->second = std::min(at->second, event.ended_ns);
            }
        report seen;
        for (const history_event& event : m_events) {
            if (event.narrows) continue;
            const auto dead = dead_since.find(event.key);
            const bool must_be_denied = dead != dead_since.end() && event.began_ns > dead->second + staleness.count();
            seen.check(
                !event.yes || !must_be_denied, "a verification that began after a revocation had returned was granted",
                dead == dead_since.end() ? std::string{}
                                         : "key " + std::to_string(event.key) + ", " +
                                               std::to_string((event.began_ns - dead->second) / 1'000) + " us later");
        }
        return seen;
    }

private:
    std::vector<history_event> m_events;
};

/// Yields or sleeps at random, so that a test reaches orders of threads that would otherwise be extremely rare. Costs
/// next to nothing when it does nothing.
inline void schedule_point() noexcept {
    thread_local std::minstd_rand random{
        static_cast<unsigned>(std::hash<std::thread::id>{}(std::this_thread::get_id()))};
    const auto draw = random() % 64;
    if (draw == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 50});
    } else if (draw < 8) {
        std::this_thread::yield();
    }
}

/// A store with a schedule point before and after every call except `change_count` and `hears_changes`.
template <typename Store>
class scheduled_store {
public:
    using transaction = typename Store::transaction;

    explicit scheduled_store(Store& of) noexcept : m_of{&of} {}

    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) {
        return between([&] { return m_of->transact(std::forward<Body>(body)); });
    }
    template <typename Format, typename Key>
    [[nodiscard]] auto look_up(const Format& format, const Key& key) const {
        return between([&] { return m_of->look_up(format, key); });
    }
    template <typename Id>
    [[nodiscard]] auto read(const Id& id) const {
        return between([&] { return m_of->read(id); });
    }
    template <typename Id>
    [[nodiscard]] auto read_live(const Id& id) const {
        return between([&] { return m_of->read_live(id); });
    }
    template <typename Request, typename Tenant>
    [[nodiscard]] auto list(const Request& which, const Tenant& tenant) const {
        return between([&] { return m_of->list(which, tenant); });
    }
    template <typename Request, typename Tenant>
    [[nodiscard]] auto audit(const Request& which, const Tenant& tenant) const {
        return between([&] { return m_of->audit(which, tenant); });
    }
    [[nodiscard]] auto changes_after(std::uint64_t after, std::size_t limit) const {
        return between([&] { return m_of->changes_after(after, limit); });
    }
    [[nodiscard]] auto head() const {
        return between([&] { return m_of->head(); });
    }
    [[nodiscard]] auto identity() const {
        return between([&] { return m_of->identity(); });
    }
    template <typename Format, typename Sink>
    [[nodiscard]] auto scan(const Format& format, Sink& sink) const {
        return between([&] { return m_of->scan(format, sink); });
    }
    template <typename Usage>
    [[nodiscard]] auto record_usage(const Usage& used) {
        return between([&] { return m_of->record_usage(used); });
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_of->change_count(); }
    [[nodiscard]] bool hears_changes() const noexcept { return m_of->hears_changes(); }

    // Of a remote feed, which this then is, too.
    template <typename Ids>
        requires remote_feed<Store>
    [[nodiscard]] auto read_many(const Ids& ids) const {
        return between([&] { return m_of->read_many(ids); });
    }
    void wait_for_change(std::chrono::milliseconds most) const
        requires remote_feed<Store>
    {
        m_of->wait_for_change(most);
    }
    [[nodiscard]] std::uint64_t epoch() const noexcept
        requires remote_feed<Store>
    {
        return m_of->epoch();
    }

private:
    template <typename Call>
    static auto between(Call call) {
        schedule_point();
        auto outcome = call();
        schedule_point();
        return outcome;
    }

    Store* m_of;
};

}  // namespace shearline::inline v0_1::testing

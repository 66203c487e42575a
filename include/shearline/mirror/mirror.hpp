// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A verifier's copy of the records in memory: filled once, then kept true by the feed.
// Depends on mirror/ and store/scan.hpp; never on one store, a hash or a memo.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/mirror/epochs.hpp>
#include <shearline/mirror/lease.hpp>
#include <shearline/mirror/line_table.hpp>
#include <shearline/mirror/mirror_fill.hpp>
#include <shearline/mirror/profiles.hpp>
#include <shearline/mirror/table_pair.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0 {

/// The keys of one format of one store, as lines. Who reads it first asks `is_true`, then loads the table: what was
/// applied before the answer is in what is then read.
///
/// It is made true in this order: the store is asked for everything in one consistent read, which says up to which
/// change it goes; then the changes after that are followed, in their order. For each, the credential and those of its
/// keys that are not revoked are read anew; it must be of that change's version at least, and a version is never undone
/// by an earlier one. Its lines are then those of the keys that were read: what is not there is dead, whatever took it
/// away. What a change costs depends on how many keys of its credential are not revoked, and on nothing else.
///
/// Keys that were dead when it was filled are not in it, and those that died since go when the table is rebuilt.
/// `poll` and the rest may be called from any thread; they take a lock. Readers take none.
template <typename Format, typename Store>
class mirror {
    static_assert(key_feed<Store>, "mirror<Format, Store>: Store must model key_feed, as every key_store does");

public:
    /// Fills a mirror. `progress(done, of)` is told of keys.
    ///
    /// Errors: what the store says, with how far the filling came; `unavailable` for a lack of memory.
    template <typename Progress>
    [[nodiscard]] static result<std::unique_ptr<mirror>> open(Store& store, std::chrono::milliseconds lease_length,
                                                              Progress&& progress) {
        auto trust = lease::make(lease_length);
        if (!trust) return std::move(trust).error();
        std::unique_ptr<mirror> made{new mirror{store, *std::move(trust)}};
        const auto asked = lease_clock::now();
        // Before the read: a change that comes meanwhile is followed, and at worst applied twice.
        const std::uint64_t count = store.change_count();
        mirror_fill fill{made->m_profiles, progress};
        const auto sequence = store.scan(Format::name, fill);
        if (!sequence) return error{sequence.error().code(), sequence.error().context() + fill.how_far()};
        made->m_tables.start_with(fill.done());
        made->m_sequence = *sequence;
        made->m_applied.store(count, std::memory_order_release);
        made->m_lease.renew(asked);
        return made;
    }

    mirror(const mirror&) = delete;
    mirror& operator=(const mirror&) = delete;

    /// Whether everything that the store has acknowledged is applied, and the lease holds; `now` is the lease clock's.
    /// Where not, `make_true` may help. In a child by fork it never does. Some loads; never waits.
    [[nodiscard]] bool is_true(lease_clock::moment now) const noexcept {
        return m_store->change_count() == m_applied.load(std::memory_order_acquire) && m_lease.holds(now);
    }

    /// Whether this process filled it. A child by fork must fill its own.
    [[nodiscard]] bool is_ours() const noexcept { return m_lease.is_ours(); }

    /// The table for a search, between `enter` and `leave` of a reader of `readers()`.
    [[nodiscard]] const line_table& table() const noexcept { return m_tables.current(); }
    [[nodiscard]] const profile_table& profiles() const noexcept { return m_profiles; }
    [[nodiscard]] epochs& readers() noexcept { return m_readers; }

    /// Applies what the feed has, on behalf of a verification that cannot be answered without: false where the store
    /// did not answer, and then for 10 ms it is not asked again.
    [[nodiscard]] bool make_true() noexcept {
        if (!is_ours()) return false;
        const auto lock = wait_for_turn();
        const auto now = lease_clock::now();
        if (is_true(now)) return true;  // somebody else has made it
        if (now < m_retry_at) return false;
        if (follow()) return true;
        m_retry_at = now + std::chrono::milliseconds{10};
        return false;
    }

    /// Applies what the feed has, renews the lease, and goes on with the rebuilding of a table. The number of changes.
    /// Errors: what the store says, `unavailable` for a lack of memory, or in a forked child; what was applied by then
    /// stays, and the mirror is not true until all is.
    [[nodiscard]] result<std::size_t> poll() {
        if (!is_ours()) return error{errc::unavailable, "a mirror is of no use to a forked child: open another"};
        std::unique_lock lock{m_mutex};
        auto applied = follow();
        for (std::size_t rebuilt = 0; rebuilt < rebuilt_by_a_poll; rebuilt += rebuilt_at_once) {
            if (!m_tables.rebuild_some(rebuilt_at_once, m_readers)) break;
            lock.unlock();  // whoever must follow the feed need not wait for all of it
            lock.lock();
        }
        return applied;
    }

    /// Runs `body(tables)`, alone with the lines: no table is replaced meanwhile.
    template <typename Body>
    auto with_tables(Body body) {
        const std::scoped_lock lock{m_mutex};
        return body(m_tables);
    }

private:
    static constexpr std::size_t changes_at_once = 256;
    static constexpr std::size_t rebuilt_by_a_poll = std::size_t{1} << 16U;
    static constexpr std::size_t rebuilt_at_once = 4'096;

    mirror(Store& store, lease trust) noexcept : m_store{&store}, m_lease{std::move(trust)} {}

    /// The lock. To follow one change takes some microseconds, and to sleep and be woken takes longer: so whoever
    /// finds it taken looks again for a while.
    std::unique_lock<std::mutex> wait_for_turn() {
        for (int looked = 0; looked < 20; ++looked) {
            if (std::unique_lock lock{m_mutex, std::try_to_lock}; lock) return lock;
            std::this_thread::yield();
        }
        return std::unique_lock{m_mutex};
    }

    result<std::size_t> follow() {
        const auto asked = lease_clock::now();
        const std::uint64_t count = m_store->change_count();
        std::size_t applied = 0;
        for (;;) {
            const auto changes = m_store->changes_after(m_sequence, changes_at_once);
            if (!changes) return changes.error();
            for (std::size_t i = 0; i < changes->size(); ++i) {
                const change& one = (*changes)[i];
                // A credential that changes again further on is read then, once.
                const bool again = std::any_of(changes->begin() + static_cast<std::ptrdiff_t>(i) + 1, changes->end(),
                                               [&](const change& later) { return later.credential == one.credential; });
                if (again) continue;
                if (auto done = follow(one); !done) return std::move(done).error();
            }
            if (!changes->empty()) m_sequence = changes->back().sequence;
            applied += changes->size();
            if (changes->size() < changes_at_once) break;
        }
        m_applied.store(count, std::memory_order_release);
        m_lease.renew(asked);
        return applied;
    }

    result<void> follow(const change& what) {
        const auto view = m_store->read_live(what.credential);
        if (!view) return view.error();
        if (!*view || (*view)->about.version < what.version)
            return error{errc::unavailable, "the store is behind its own feed"};
        return apply(**view);
    }

    /// Makes the lines of a credential those of the keys that were read: what was not read is dead.
    result<void> apply(const credential_view& view) {
        const credential& owner = view.about;
        const auto profile = m_profiles.number_of(owner.tenant, join_scopes(owner.scopes));
        if (!profile) return profile.error();
        const line_terms terms{owner.revoked_at.has_value(), owner.suspended, owner.not_before.has_value(),
                               line_end_of(owner.expires_at), *profile};
        std::vector<mirrored_key> keys;
        for (const record& key : view.keys) {
            if (key.format != Format::name) continue;
            const auto words = line_words_of(terms, key.state, key.retires_at, key.digest.pepper);
            if (!words) return words.error();
            keys.push_back({key.handle, to_line_digest(key.digest.mac), words->first, words->second});
        }
        return m_tables.put({owner.id, line_begin_of(owner.not_before), static_cast<std::uint32_t>(owner.version)},
                            keys, m_readers);
    }

    Store* m_store;
    lease m_lease;
    epochs m_readers;
    profile_table m_profiles;
    table_pair m_tables;
    std::mutex m_mutex;
    std::atomic<std::uint64_t> m_applied{0};
    std::uint64_t m_sequence = 0;
    lease_clock::moment m_retry_at{0};
};

}  // namespace shearline::inline v0

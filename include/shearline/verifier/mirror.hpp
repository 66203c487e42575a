// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A verifier's copy of the records in memory: filled once, then updated from the feed.
// Depends on store/scan.hpp and the tables; never on one store, a hash or a memo.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <shearline/authority/feed_watch.hpp>
#include <shearline/chrono.hpp>
#include <shearline/concepts.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/posix/threads.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/credential_rows.hpp>
#include <shearline/verifier/changed.hpp>
#include <shearline/verifier/epochs.hpp>
#include <shearline/verifier/fill.hpp>
#include <shearline/verifier/lease.hpp>
#include <shearline/verifier/line_table.hpp>
#include <shearline/verifier/profiles.hpp>
#include <shearline/verifier/table_pair.hpp>
#include <shearline/verifier_options.hpp>

namespace shearline::inline v0_1::detail {

/// The keys of one format of one store, as lines. A reader first asks `is_true`, then loads the table: what was applied
/// before that answer is in what it reads. If the consistency is bounded, readers use the lease alone and never the
/// store, and only `poll` follows.
///
/// The mirror is filled by one consistent read of the whole store, which says up to which change it goes; then it
/// follows the changes after that, in order. For each change, the credential and its keys that are not revoked are read
/// again; they must be of that change's version at least. A credential whose proof does not hold is kept, and refused;
/// so is one that is shown in an earlier version than before. The credential's lines are then those of the keys that
/// were read: any other line is dead. The cost of a change depends only on how many keys of its credential are not
/// revoked.
///
/// The last change that was applied is read again together with those that follow. If the store no longer has it, the
/// store was restored from an older copy, and the mirror is not true until the store has caught up. If the store has
/// another change in its place, it was restored and then changed: the next `poll` fills the mirror again, as it does
/// if the store has deleted changes that were not applied, or has another epoch. If the store no longer hears of
/// changes, the mirror is not true any more.
///
/// Keys that were dead when the mirror was filled are not in it; keys that die later are dropped when the table is
/// rebuilt. `poll` and the other functions may be called from any thread and take a lock. Readers take none.
template <typename Format, typename Store, typename Prover, typename Consistency>
class mirror {
    static_assert(key_feed<Store>,
                  "mirror<Format, Store, Prover, Consistency>: Store must model key_feed, as every key_store does");

public:
    /// Fills a mirror for keys whose digests were made by `hash`. Calls `progress(done, of)` with numbers of keys. The
    /// lease that is wanted is for `strict`; the other one has its own.
    /// Errors: those of the store, with how many keys were loaded; `unavailable` if memory runs out, and if a remote
    /// store got another epoch meanwhile.
    template <typename Progress>
    [[nodiscard]] static result<std::unique_ptr<mirror>> open(Store& store, const verifier_options& wanted,
                                                              const hash_name& hash, Prover rows, Progress&& progress) {
        auto trust = lease_type::make(Consistency::is_bounded ? Consistency::staleness : wanted.lease);
        if (!trust) return std::move(trust).error();
        std::unique_ptr<mirror> made{new mirror{store, hash, std::move(rows), *std::move(trust)}};
        made->m_fill_threads = wanted.fill_threads;
        const auto begin = [&](std::unique_ptr<line_table> first) { made->m_tables.start_with(std::move(first)); };
        if (auto filled = made->fill(progress, begin); !filled) return std::move(filled).error();
        return made;
    }

    mirror(const mirror&) = delete;
    mirror& operator=(const mirror&) = delete;

    /// Whether every change that the store has acknowledged (if bounded: that long ago) is applied, and the lease
    /// holds. If not, `make_true` may help, except in a child made by `fork`. Some loads; never waits. Call it between
    /// `enter` and `leave`. The lease is checked first: once `close` has ended it, the store may be gone.
    [[nodiscard]] bool is_true() const noexcept {
        if constexpr (Consistency::is_bounded)
            return m_lease.holds();
        else
            return m_lease.holds() && m_store->change_count() == m_applied.load(std::memory_order_acquire);
    }

    /// Whether this process filled the mirror. A child made by `fork` must fill its own.
    [[nodiscard]] bool is_ours() const noexcept { return m_lease.is_ours(); }

    /// The table for a search, between `enter` and `leave` of a reader of `readers()`.
    [[nodiscard]] const line_table& table() const noexcept { return m_tables.current(); }
    [[nodiscard]] const profile_table& profiles() const noexcept { return m_profiles; }
    [[nodiscard]] epochs& readers() noexcept { return m_readers; }

    /// Applies the feed for a verification that cannot be answered without it. False if the store did not answer: it is
    /// asked again 10 ms later at the earliest. While one thread asks, others wait for at most 100 ms, and not at all
    /// once the store has failed or a thread has waited that long. If bounded, false at once: no reader asks the store.
    [[nodiscard]] bool make_true() noexcept {
        if constexpr (Consistency::is_bounded)
            return false;
        else
            return ask_in_turn();
    }

    /// Applies the feed, or fills the mirror again if the store has another history; renews the lease, and continues
    /// the rebuilding of a table. Returns the number of changes.
    /// Errors: those of the store; `rolled_back` if it was restored from an older copy; `unavailable` if memory runs
    /// out, in a forked child, and if the store no longer hears of changes. Changes applied before the error stay, and
    /// the mirror is not true until all are.
    [[nodiscard]] result<std::size_t> poll() {
        if (!is_ours()) return error{errc::unavailable, "a verifier cannot be used in a forked child: open one there"};
        std::unique_lock lock{m_mutex};
        auto applied = follow();
        if (applied ? m_must_judge_again : m_is_another_history) applied = start_over();
        for (std::size_t rebuilt = 0; rebuilt < rebuilt_by_a_poll; rebuilt += rebuilt_at_once) {
            if (!m_tables.rebuild_some(rebuilt_at_once, m_readers)) break;
            lock.unlock();  // so that a thread that must apply the feed does not wait for all of it
            lock.lock();
        }
        return applied;
    }

    /// Closes the mirror for good: it is not true again, and once every reader that is inside has left, the store is
    /// not used again. Waits for a thread that is asking the store.
    void close() noexcept {
        const std::scoped_lock lock{m_mutex};
        m_closed.store(true, std::memory_order_seq_cst);
        m_lease.end();
    }
    [[nodiscard]] bool is_closed() const noexcept { return m_closed.load(std::memory_order_seq_cst); }

    /// Replaces what checks the proofs of rows that are read from now on. If some were not proved, perhaps because a
    /// proof key was not known, the next `poll` fills the mirror again.
    void prove_by(Prover rows) {
        const std::scoped_lock lock{m_mutex};
        m_prover = std::move(rows);
        m_must_judge_again = m_has_unproved;
    }

    /// Runs `body(tables)` under the lock: no table is replaced meanwhile.
    template <typename Body>
    auto with_tables(Body body) {
        const std::scoped_lock lock{m_mutex};
        return body(m_tables);
    }

private:
    /// A bound is a promise, and only its lease keeps it. A strict verifier compares change counts each time.
    using lease_type = lease<std::conditional_t<Consistency::is_bounded, exact_clock, tick_clock>>;

    static constexpr std::size_t changes_at_once = remote_feed<Store> ? 1'024 : 256;
    static constexpr std::size_t rebuilt_by_a_poll = std::size_t{1} << 16U;
    static constexpr std::size_t rebuilt_at_once = 4'096;

    mirror(Store& store, const hash_name& hash, Prover rows, lease_type trust)
        : m_store{std::addressof(store)}, m_hash{hash}, m_prover{std::move(rows)}, m_lease{std::move(trust)} {}

    /// Needs no turn once another thread has asked after it, and was answered: while changes follow each other closely,
    /// the mirror is behind again whenever one looks. Applying one change takes some microseconds, less than to sleep
    /// and be woken, so a thread that finds the lock taken first tries again a few times.
    bool ask_in_turn() noexcept {
        if (!is_ours()) return false;
        const std::uint64_t before = m_lease.asked();
        constexpr std::chrono::milliseconds patience{100};
        std::unique_lock lock{m_mutex, std::try_to_lock};
        const auto end = std::chrono::steady_clock::now() + patience;
        for (int looked = 0; !lock && !m_is_silent.load(std::memory_order_relaxed); ++looked) {
            if (looked < 20) {
                yield();
            } else if (std::chrono::steady_clock::now() < end) {
                sleep_for(std::chrono::microseconds{50});
            } else {
                m_is_silent.store(true, std::memory_order_relaxed);
            }
            if (m_lease.was_answered_after(before)) return true;
            (void)lock.try_lock();
        }
        if (!lock || is_closed()) return false;
        if (is_true()) return true;  // another thread has applied the feed
        if (tick_clock::now() < m_retry_at) return false;
        if (follow()) return true;
        m_retry_at = tick_clock::now() + std::chrono::milliseconds{10};
        return false;
    }

    /// Reads the whole store, and passes the table to `begin`.
    template <typename Progress, typename Begin>
    result<void> fill(Progress&& progress, Begin begin) {
        const auto asked = m_lease.ask();
        // Before the read: a change that comes meanwhile is applied afterwards, at worst twice.
        const std::uint64_t count = m_store->change_count();
        const std::uint64_t epoch = store_epoch();
        mirror_fill filling{m_profiles, Format::name, m_hash, m_prover, progress, m_fill_threads};
        const auto head = filling.read(*m_store);
        if (!head) return error{head.error().code(), head.error().context() + filling.how_far()};
        if (store_epoch() != epoch)  // the rows may be of either history
            return error{errc::unavailable, "the store failed over or was restored while it was read: try again"};
        if (head->sequence < m_last.sequence)  // an older copy was restored since the feed was read
            return end_lease(rolled_back(m_last.sequence));
        m_last = *head;
        if (head->closed) return end_lease(store_closed());
        begin(filling.done());
        m_epoch = epoch;
        m_has_unproved = filling.has_unproved();
        m_must_judge_again = false;
        applied_until(count, asked);
        if constexpr (Consistency::is_bounded)
            if (!m_lease.holds())  // the read took longer, and no reader will ask the store
                if (auto followed = follow_feed(); !followed) return std::move(followed).error();
        return {};
    }

    result<std::size_t> start_over() {
        const auto nobody = [](std::uint64_t, std::uint64_t) {};
        const auto begin = [this](std::unique_ptr<line_table> other) {
            m_tables.start_over(std::move(other), m_readers);
        };
        if (auto filled = fill(nobody, begin); !filled) return std::move(filled).error();
        m_is_another_history = false;
        return std::size_t{0};
    }

    void applied_until(std::uint64_t count, const typename lease_type::question& asked) noexcept {
        m_applied.store(count, std::memory_order_release);
        m_lease.renew(asked);
        m_is_silent.store(false, std::memory_order_relaxed);
        m_retry_at = {};
    }

    result<std::size_t> follow() {
        auto applied = follow_feed();
        if (!applied) m_is_silent.store(true, std::memory_order_relaxed);
        return applied;
    }

    result<std::size_t> follow_feed() {
        const auto asked = m_lease.ask();
        const std::uint64_t count = m_store->change_count();
        if (!m_store->hears_changes())
            return end_lease({errc::unavailable,
                              "the store's files were moved, deleted or replaced since it was opened: open it again"});
        std::size_t applied = 0;
        for (;;) {
            const std::uint64_t before = m_last.sequence == 0 ? 0 : m_last.sequence - 1;
            auto changes = m_store->changes_after(before, changes_at_once);
            if (!changes) return std::move(changes).error();
            if (!changes->empty() && head_at(changes->back()).closed)  // for good: no later change follows
                return end_lease(store_closed());
            const bool is_all = changes->size() < changes_at_once;
            if (auto same = take_last(*changes); !same) return std::move(same).error();
            if (auto same = check_epoch(); !same) return std::move(same).error();
            const auto check = [this] { return check_epoch(); };
            const auto put = [this](const credential_view& view) { return apply(view); };
            if (auto done = read_changed(*m_store, std::span<const change>{*changes}, check, put); !done)
                return std::move(done).error();
            if (!changes->empty()) m_last = {changes->back().sequence, changes->back().tag};
            applied += changes->size();
            if (is_all) break;
        }
        applied_until(count, asked);
        return applied;
    }

    /// Removes the last change that was applied, and any before it, from the list. An error, and the end of the lease,
    /// if it is not in the list. A store keeps its newest change, so a list that begins after the last applied one has
    /// lost others to a trim, and an empty one to a rollback.
    result<void> take_last(std::vector<change>& read) {
        const std::uint64_t next = m_last.sequence == 0 ? 1 : m_last.sequence;
        const bool is_trimmed = !read.empty() && read.front().sequence > next;
        if (m_last.sequence == 0 && !is_trimmed) return {};
        std::erase_if(read, [this](const change& one) { return one.sequence < m_last.sequence; });
        const bool is_there = !read.empty() && read.front().sequence == m_last.sequence;
        if (is_there && read.front().tag == m_last.tag) {
            read.erase(read.begin());
            m_is_another_history = false;
            return {};
        }
        m_lease.end();
        m_is_another_history = is_there || is_trimmed;
        if (is_trimmed)  // whether the applied ones are of the same history cannot be known any more, either
            return error{errc::unavailable, "the store has deleted changes after " + std::to_string(m_last.sequence) +
                                                ", which the verifier has not seen: poll again"};
        if (!is_there) return rolled_back(m_last.sequence);
        return error{errc::rolled_back, "the store has another change " + std::to_string(m_last.sequence) +
                                            " than before: an older copy was restored and then changed"};
    }

    /// For remote feeds, after each read and before it is used: an answer of another history comes after its epoch. The
    /// next `poll` fills the mirror again. The lease is not renewed, and need not end: `take_last` has found the last
    /// applied change with its tag, so that both histories have all that is applied; of what came after it, a reader
    /// misses no more than it might have missed without a failover, because the lease counts from an earlier answer.
    result<void> check_epoch() {
        if (store_epoch() == m_epoch) return {};
        m_is_another_history = true;
        return error{errc::unavailable, "the store failed over or was restored: poll again"};
    }
    [[nodiscard]] std::uint64_t store_epoch() const noexcept {
        if constexpr (remote_feed<Store>)
            return m_store->epoch();
        else
            return 0;
    }

    error end_lease(error why) noexcept {
        m_lease.end();
        return why;
    }

    /// Replaces the lines of a credential by those of the keys that were read: lines of other keys are dead.
    result<void> apply(const credential_view& view) {
        const credential_rows rows{view.about, view.keys};
        auto owner = mirror_credential(m_profiles, m_prover, rows.owner(), rows.keys());
        if (!owner) return std::move(owner).error();
        m_has_unproved = m_has_unproved || owner->second.unproved;
        std::vector<mirrored_key> keys;
        for (const scanned_key& key : rows.keys()) {
            if (key.format != Format::name) continue;
            auto made = mirror_key(owner->second, key, m_hash);
            if (!made) return std::move(made).error();
            keys.push_back(*made);
        }
        return m_tables.put(owner->first, keys, m_readers);
    }

    Store* m_store;
    std::size_t m_fill_threads = 1;
    hash_name m_hash;
    Prover m_prover;
    lease_type m_lease;
    epochs m_readers;
    profile_table m_profiles;
    table_pair m_tables;
    std::mutex m_mutex;
    std::atomic<std::uint64_t> m_applied{0};
    std::atomic<bool> m_closed{false};
    feed_head m_last;                      // the last change that was applied
    std::uint64_t m_epoch = 0;             // of the store, when the mirror was filled
    bool m_has_unproved = false;           // since the mirror was filled
    bool m_must_judge_again = false;       // another keyring may prove what was not proved
    bool m_is_another_history = false;     // what follows m_last can no longer be read, or not of the same history
    std::atomic<bool> m_is_silent{false};  // the store failed last time, or a thread waited too long for it
    std::chrono::nanoseconds m_retry_at{0};
};

}  // namespace shearline::inline v0_1::detail

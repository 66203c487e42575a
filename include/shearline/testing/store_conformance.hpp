// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a store: random sequences of calls, compared with a model; a failing sequence is shrunk to a short one.
// Depends on testing/store_trial.hpp and testing/detail/; never on one store of the product's.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/testing/detail/opening_cases.hpp>
#include <shearline/testing/detail/sequences.hpp>
#include <shearline/testing/detail/store_cases.hpp>
#include <shearline/testing/detail/store_processes.hpp>
#include <shearline/testing/detail/store_writes.hpp>
#include <shearline/testing/detail/transaction_cases.hpp>
#include <shearline/testing/detail/wrong_store.hpp>
#include <shearline/testing/report.hpp>
#include <shearline/testing/store_trial.hpp>

namespace shearline::inline v0_1::testing {

/// The amount of testing, and the seed.
struct store_conformance_options {
    std::uint64_t seed = 1;
    std::size_t sequences =
        10;  ///< of calls of an authority, and as many of transactions; with 0 or few, the controls are not caught
    std::size_t steps = 40;    ///< of each sequence; with few, the controls are not caught
    std::size_t threads = 4;   ///< that use one store at once; 0 or 1 leaves that part out
    std::size_t changes = 25;  ///< rounds of issue, rotate and revoke by each of them
};

namespace detail {

/// Several threads issue, rotate and revoke through one store: nothing is lost, and the feed has no gap.
template <typename MakePlace>
void use_from_threads(report& seen, MakePlace& make_place, const store_conformance_options& options) {
    using bundle = policies<key_format<"trial">>;
    auto place = make_place();
    using store_type = typename decltype(place)::store_type;
    const temporary_folder folder;
    const auto ring = keyring::create(folder.file("keyring"));
    auto keys = authority<bundle, store_type>::open(place.store(), *ring);
    if (!seen.check(static_cast<bool>(keys), "a store opens under an authority")) return;
    const auto shared = keys->issue({.tenant = "acme", .name = "shared"}, {.actor = "trial"});
    if (!seen.check(static_cast<bool>(shared), "a store takes a key")) return;
    std::atomic<std::size_t> done{0};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < options.threads; ++t)
        threads.emplace_back([&] {
            const request_context by{.actor = "trial"};
            for (std::size_t i = 0; i < options.changes; ++i) {
                const auto mine = keys->issue({.tenant = "acme", .name = "own"}, by);
                done += mine ? 1U : 0U;
                if (!mine || !keys->verify(mine->text.reveal(unsafe_reveal))) {
                    ++wrong;
                    continue;
                }
                const auto next = keys->rotate(shared->credential, by);  // all threads change this one
                done += next ? 1U : 0U;
                const auto dead = keys->revoke(mine->credential, by);
                done += dead ? 1U : 0U;
                if (!next || !dead || keys->verify(mine->text.reveal(unsafe_reveal))) ++wrong;
            }
        });
    for (std::thread& each : threads) each.join();
    seen.check(wrong == 0, "concurrent threads see their own changes, and none fails", std::to_string(wrong));
    const std::size_t changes = 3 * options.threads * options.changes + 1;
    seen.check(done + 1 == changes, "every change of concurrent threads succeeds");
    const auto feed = place.store().changes_after(0, changes + 1);
    if (!seen.check(feed && feed->size() == changes, "the feed has every change of concurrent threads once")) return;
    std::uint64_t version = 0;
    for (std::size_t i = 0; i < feed->size(); ++i) {
        seen.check((*feed)[i].sequence == i + 1, "the feed of concurrent threads has no gap");
        if ((*feed)[i].credential != shared->credential) continue;
        seen.check((*feed)[i].version == version + 1, "no change of concurrent threads is lost");
        version = (*feed)[i].version;
    }
    const auto events = place.store().audit({.limit = 1}, "");
    seen.check(events && events->items.size() == 1 && events->items[0].sequence == changes,
               "there is one audit event for each change of concurrent threads");
}

/// Writes the version of a credential that has one key, and a change that says so.
template <typename Store>
[[nodiscard]] bool write_version(Store& store, const handle& key, std::uint64_t version) {
    return static_cast<bool>(store.transact([&](typename Store::transaction& tx) -> result<void> {
        credential owner;
        owner.id = credential_id::from_random({8, 8});
        owner.tenant = "acme";
        owner.version = version;
        owner.created_at = from_unix_ms(1'736'942'400'000);
        record first;
        first.format = "instance";
        first.handle = key;
        first.credential = owner.id;
        first.generation = 1;
        first.state = key_state::active;
        first.digest.pepper = 1;
        first.created_at = owner.created_at;
        auto done = version == 1 ? tx.insert(owner) : tx.update(owner);
        if (done && version == 1) done = tx.insert(first);
        change what;
        what.tag = version;
        what.credential = owner.id;
        what.version = version;
        what.at = owner.created_at;
        return done ? tx.append(what) : done;
    }));
}

/// How many acknowledged changes a thread has not seen that follows the feed as a verifier does: it reads only when the
/// count has moved. `looks` counts its looks.
template <typename Store>
[[nodiscard]] std::size_t changes_overlooked(Store& store, std::atomic<std::uint64_t>& looks) {
    constexpr std::uint64_t versions = 50;
    std::atomic<std::uint64_t> acknowledged{0};
    std::atomic<bool> done{false};
    std::size_t overlooked = 0;
    std::thread follower{[&, applied = store.change_count(), seen = std::uint64_t{0}]() mutable {
        while (!done) {
            const std::uint64_t told = acknowledged;
            const std::uint64_t count = store.change_count();
            if (count != applied) {
                const auto news = store.changes_after(seen, versions);
                if (news && !news->empty()) seen = news->back().sequence;
                if (news) applied = count;
            } else if (seen < told) {
                ++overlooked;
                seen = told;
            }
            ++looks;
        }
    }};
    for (std::uint64_t version = 1; version <= versions; ++version) {
        if (!write_version(store, handle{77}, version)) break;
        acknowledged = version;
        for (const std::uint64_t before = looks; looks < before + 2;) std::this_thread::yield();
    }
    done = true;
    follower.join();
    return overlooked;
}

/// A store that counts a change before it can be read, which is a moment before it is committed.
struct early_counter {
    using transaction = memory_store::transaction;

    template <typename Body>
    auto transact(Body body) {
        ++count;
        for (const std::uint64_t before = *looks; *looks < before + 2;) std::this_thread::yield();
        return of.transact(body);
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return count; }
    [[nodiscard]] auto changes_after(std::uint64_t after, std::size_t limit) { return of.changes_after(after, limit); }

    std::atomic<std::uint64_t>* looks;
    std::atomic<std::uint64_t> count{0};
    memory_store of{};
};

template <typename MakePlace>
void follow_from_a_thread(report& seen, MakePlace& make_place) {
    auto place = make_place();
    std::atomic<std::uint64_t> looks{0};
    const std::size_t overlooked = changes_overlooked(place.store(), looks);
    seen.check(overlooked == 0, "who reads the feed when the count of changes moves sees every acknowledged change",
               std::to_string(overlooked) + " were overlooked: count a change after its commit");
    early_counter early{&looks};
    seen.control(changes_overlooked(early, looks) > 0, "a store that counts a change before its commit");
}

/// One thread changes a credential while others count uses of its key: each read shows one moment, and no use is lost.
template <typename MakePlace>
void read_from_threads(report& seen, MakePlace& make_place, const store_conformance_options& options) {
    auto place = make_place();
    auto& store = place.store();
    const handle key{77};
    constexpr std::uint64_t versions = 200;
    const auto write = [&](std::uint64_t version) { return write_version(store, key, version); };
    if (!seen.check(write(1), "a store takes a credential")) return;
    struct versions_only {
        result<void> begin(std::uint64_t, std::uint64_t) { return {}; }
        result<void> take(const scanned_credential& one, std::span<const scanned_key>) {
            version = one.version;
            return {};
        }
        std::uint64_t version = 0;
    };
    std::atomic<bool> done{false};
    std::atomic<std::size_t> torn{0};
    std::atomic<std::size_t> failed{0};
    std::atomic<std::uint64_t> counted{0};
    {
        std::vector<std::thread> threads;
        for (std::size_t t = 1; t < options.threads; ++t)
            threads.emplace_back([&, t] {
                while (!done) {
                    const auto view = store.look_up("instance", key);
                    failed += view && *view ? 0U : 1U;
                    if (view && *view && (*view)->head.sequence != (*view)->about.version) ++torn;
                    versions_only sink;
                    const auto head = store.scan("instance", sink);
                    failed += head ? 0U : 1U;
                    if (head && head->sequence != sink.version) ++torn;
                    const usage used{"instance", key, from_unix_ms(1'736'942'400'000), t};
                    for (int times = 0; times < 20; ++times)
                        if (store.record_usage({&used, 1})) counted += t;
                }
            });
        for (std::uint64_t version = 2; version <= versions; ++version) failed += write(version) ? 0U : 1U;
        done = true;
        for (std::thread& each : threads) each.join();
    }
    seen.check(failed == 0, "concurrent reads and changes succeed", std::to_string(failed) + " failed");
    seen.check(torn == 0, "a read and its head show the same moment", std::to_string(torn) + " were not");
    const auto left = store.look_up("instance", key);
    seen.check(left && *left && (*left)->key.uses == counted, "uses counted by concurrent threads add up");
}

/// Runs sequences of one kind, and reports the shortest one that fails.
template <template <typename> typename Trial, typename MakePlace>
void try_sequences(report& seen, std::string_view claim, MakePlace& make_place,
                   const store_conformance_options& options) {
    const auto found = first_failure<Trial>(make_place, options.seed, options.sequences, options.steps);
    std::string words;
    if (found) {
        const auto shortest = shrink<Trial>(make_place, *found);
        words = shortest.failure + "; after " + to_string(shortest.steps) +
                "; to run that sequence alone: {.seed = " + std::to_string(found->seed) +
                ", .sequences = 1, .steps = " + std::to_string(options.steps) + "}";
    }
    seen.check(!found, claim, words);
}

/// Whether a sequence of either kind detects that a store is wrong.
template <typename MakePlace>
[[nodiscard]] bool is_found_out(MakePlace make_place, const store_conformance_options& options) {
    return first_failure<store_writes>(make_place, options.seed, options.sequences, options.steps) ||
           first_failure<store_trial>(make_place, options.seed, options.sequences, options.steps);
}

}  // namespace detail

/// Tests a store against the contract of `key_store`: what was committed is in every later read, what failed left
/// nothing, and nothing is reordered, lost or brought back, from one thread and from several, before and after it is
/// opened again. `make_place()` returns a place with a new, empty store (see `store_place`). A place may also have, and
/// what it has not is not tested:
/// - `void reopen()`: closes the store and opens it again;
/// - `std::unique_ptr<store_type> another()`: a second opening of the same store;
/// - `std::string address()` and `static std::unique_ptr<store_type> open(const std::string& address)`: lets other
///   processes, which the suite starts, open the store.
///
/// There are two kinds of sequences: transactions of any content, after each of which every field of every answer is
/// compared with that of a model; and calls of an authority. A failure is reported with the wrong answer, the expected
/// one, the shortest sequence of calls that leads there, and the options that repeat it. Negative controls: stores with
/// one planted fault. Takes seconds for a store in memory.
///
/// Example:
///     struct place {
///         using store_type = shearline::memory_store;  // or your own
///         store_type& store() { return *of; }
///         std::unique_ptr<store_type> of = std::make_unique<store_type>();
///     };
///     const auto seen = shearline::testing::store_conformance([] { return place{}; }, {.sequences = 20});
template <typename MakePlace>
[[nodiscard]] report store_conformance(MakePlace make_place, const store_conformance_options& options = {}) {
    report seen;
    detail::try_sequences<detail::store_writes>(seen, "a store answers as its model does", make_place, options);
    detail::try_sequences<store_trial>(seen, "an authority over the store behaves as its model does", make_place,
                                       options);
    detail::store_cases<MakePlace>{seen, make_place}.run();
    detail::transaction_cases<MakePlace>{seen, make_place}.run();
    detail::opening_cases<MakePlace>{seen, make_place}.run();
    if (options.threads > 1) {
        detail::use_from_threads(seen, make_place, options);
        detail::read_from_threads(seen, make_place, options);
        detail::follow_from_a_thread(seen, make_place);
    }
    if constexpr (detail::shared_place<decltype(make_place())>) {
        detail::use_from_processes(seen, make_place);
        report unshared;
        const auto make_unshared = [] { return detail::unshared_place{}; };
        detail::use_from_processes(unshared, make_unshared);
        seen.control(!unshared, "a store that each process has for itself");
    }
    for (const detail::store_fault& fault : detail::store_faults) {
        const bool is_right = &fault == &detail::store_faults[0];
        store_conformance_options asked = options;
        if (is_right) asked.sequences = std::min<std::size_t>(options.sequences, 3);  // a right store runs all of them
        const bool caught = detail::is_found_out([&fault] { return detail::wrong_place{fault}; }, asked);
        seen.control(caught != is_right, fault.name);
    }
    return seen;
}

}  // namespace shearline::inline v0_1::testing

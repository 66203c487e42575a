// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a store to the contract: random sequences of calls beside the model, shrunk to a short one where they differ.
// Depends on testing/store_trial.hpp and testing/detail/wrong_store.hpp; never on one store of the product's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/testing/detail/wrong_store.hpp>
#include <shearline/testing/report.hpp>
#include <shearline/testing/store_trial.hpp>

namespace shearline::inline v0_1::testing {

/// How much a store is asked, and from which seed.
struct store_conformance_options {
    std::uint64_t seed = 1;
    std::size_t sequences = 25;
    std::size_t steps = 40;    ///< of each
    std::size_t threads = 4;   ///< that use one store at once; 1 leaves that part out
    std::size_t changes = 25;  ///< that each of them makes
};

/// A sequence that a store does not stand, as short as could be found, and what it did wrong.
struct failing_sequence {
    std::vector<store_step> steps;
    std::string failure;
};

/// Runs a sequence on a new store. What went wrong, or nothing.
template <typename MakePlace>
[[nodiscard]] std::optional<std::string> failure_of(MakePlace& make_place, const std::vector<store_step>& steps) {
    auto place = make_place();
    store_trial trial{place};
    for (const store_step& step : steps)
        if (auto failure = trial.make(step)) return failure;
    return std::nullopt;
}

/// Leaves out of a failing sequence what it fails without: halves, then quarters, and so on down to single steps.
template <typename MakePlace>
[[nodiscard]] failing_sequence shrink(MakePlace& make_place, failing_sequence found) {
    for (std::size_t chunk = found.steps.size(); chunk > 0; chunk = chunk == 1 ? 0 : (chunk + 1) / 2) {
        for (std::size_t at = 0; at < found.steps.size();) {
            std::vector<store_step> fewer = found.steps;
            const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
            if (auto failure = failure_of(make_place, fewer)) {
                found = {std::move(fewer), *std::move(failure)};
            } else {
                at += chunk;
            }
        }
    }
    return found;
}

/// The first random sequence that a store does not stand, shrunk; or nothing, where it stands all of them.
template <typename MakePlace>
[[nodiscard]] std::optional<failing_sequence> find_failure(MakePlace& make_place,
                                                           const store_conformance_options& options) {
    for (std::size_t sequence = 0; sequence < options.sequences; ++sequence) {
        std::mt19937_64 random{options.seed + sequence};
        std::vector<store_step> steps(options.steps);
        for (store_step& step : steps)
            step = {static_cast<store_call>(random() % store_calls), static_cast<std::uint8_t>(random())};
        if (auto failure = failure_of(make_place, steps))
            return shrink(make_place, {std::move(steps), *std::move(failure)});
    }
    return std::nullopt;
}

namespace detail {

/// Threads that issue, rotate and revoke through one store at once: nothing is lost, and the feed has no gap.
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
                const auto next = keys->rotate(shared->credential, by);  // all of them change this one
                done += next ? 1U : 0U;
                const auto dead = keys->revoke(mine->credential, by);
                done += dead ? 1U : 0U;
                if (!next || !dead || keys->verify(mine->text.reveal(unsafe_reveal))) ++wrong;
            }
        });
    for (std::thread& each : threads) each.join();
    seen.check(wrong == 0, "threads at once see their own changes, and none fails", std::to_string(wrong));
    const std::size_t changes = 3 * options.threads * options.changes + 1;
    seen.check(done + 1 == changes, "every change of threads at once succeeds");
    const auto feed = place.store().changes_after(0, changes + 1);
    if (!seen.check(feed && feed->size() == changes, "the feed has every change of threads at once, once")) return;
    std::uint64_t version = 0;
    for (std::size_t i = 0; i < feed->size(); ++i) {
        seen.check((*feed)[i].sequence == i + 1, "the feed of threads at once has no gap");
        if ((*feed)[i].credential != shared->credential) continue;
        seen.check((*feed)[i].version == version + 1, "no change of threads at once is lost");
        version = (*feed)[i].version;
    }
    const auto events = place.store().audit({.limit = 1}, "");
    seen.check(events && events->items.size() == 1 && events->items[0].sequence == changes,
               "there is one audit event for each change of threads at once");
}

}  // namespace detail

/// Holds a store to the contract of `key_store`: what was committed is read by every reading, what failed left
/// nothing, nothing is reordered, lost or brought back, from one thread and from several, before and after it is
/// opened again. `make_place()` gives a place with a new, empty store (see `store_place`):
///
///     struct my_place {
///         using store_type = my_store;
///         my_store& store();
///         void reopen();  // leave it out where nothing outlives the process
///     };
///     hold(store_conformance([] { return my_place{}; }));
///
/// A failure is reported as the shortest sequence of calls that was found for it, and comes again for the same seed.
/// Each run also asks stores that are wrong on purpose, and fails unless it catches every one.
template <typename MakePlace>
[[nodiscard]] report store_conformance(MakePlace make_place, const store_conformance_options& options = {}) {
    report seen;
    const auto found = find_failure(make_place, options);
    seen.check(
        !found, "the store does not keep the contract",
        found ? found->failure + " after " + to_string(found->steps) + " (seed " + std::to_string(options.seed) + ")"
              : std::string{});
    if (options.threads > 1) detail::use_from_threads(seen, make_place, options);
    for (std::size_t fault = 0; fault < detail::store_faults; ++fault) {
        const auto planted = static_cast<detail::store_fault>(fault);
        auto wrong = [planted] { return detail::wrong_place{planted}; };
        const bool caught = find_failure(wrong, options).has_value();
        seen.control(caught != (planted == detail::store_fault::none), to_string(planted));
    }
    return seen;
}

}  // namespace shearline::inline v0_1::testing

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How long a verifier trusts its copy of the store, and how often `verifier::run` polls and writes.
// Depends on std; never on a verifier.
#pragma once

#include <cstddef>

#include <shearline/chrono.hpp>
#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// What a verifier is opened with: `verifier::open(store, ring, {.lease = std::chrono::seconds{2}})`. Values are not
/// checked; keep each below 100 years, so that no sum overflows.
struct verifier_options {
    /// How long answers are given without an answer from the store. After that, a verification asks the store first,
    /// and denies (`stale`) if it does not answer. Default 10 s; 0 or less: every verification asks the store. For
    /// `strict` verifiers: a `bounded` one does not ask, and has the time in its type.
    std::chrono::milliseconds lease{10'000};
    /// How often `run` reads the feed, at least: of a `remote_feed` also once it says that it may have changed. Default
    /// 100 ms; 0 or less: without a pause, which keeps one processor busy.
    std::chrono::milliseconds poll_every{100};
    /// How often `run` writes the counts of uses to the store, at the next poll. Default 1 s; 0 or less: at every poll.
    std::chrono::milliseconds flush_every{1'000};
    /// How many threads read the store where a verifier is filled: by `open`, and by `poll` after another history was
    /// restored. 1 to 64; a number outside counts as the nearest. Default 1: no thread is started. More count only for
    /// a store that can be scanned in parts, as `sqlite_store` can, where each takes one of its free connections for
    /// reading, and leaves one; all but the calling one are started and ended there.
    std::size_t fill_threads = 1;
};

}  // namespace shearline::inline v0_1

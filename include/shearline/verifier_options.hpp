// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How long a verifier trusts what it knows, and how often `verifier::run` looks and writes.
// Depends on std; never on a verifier.
#pragma once

#include <chrono>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// What a verifier is opened with: `verifier::open(store, ring, {.lease = std::chrono::seconds{2}})`.
struct verifier_options {
    /// For how long answers are given without hearing from the store; then the next verification asks it, and is denied
    /// where it does not answer.
    std::chrono::milliseconds lease{10'000};
    /// How often `run` looks at the feed, and how often it writes the counts of uses to the store.
    std::chrono::milliseconds poll_every{100};
    std::chrono::milliseconds flush_every{1'000};
};

}  // namespace shearline::inline v0_1

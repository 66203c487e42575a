// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Random sequences of steps; shrinks a sequence that fails.
// Depends on std; never on what a step does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing::detail {

/// A sequence that failed, and its failure.
template <typename Step>
struct failing_sequence {
    std::uint64_t seed = 0;
    std::vector<Step> steps{};
    std::string failure{};
};

/// Runs a sequence in a new place; returns the failure, or nothing. `Trial<Place>` has a `step_type`, and a
/// `make(step)` that returns the failure.
template <template <typename> typename Trial, typename MakePlace, typename Step>
[[nodiscard]] std::optional<std::string> failure_of(MakePlace& make_place, const std::vector<Step>& steps) {
    auto place = make_place();
    Trial<decltype(place)> trial{place};
    for (const Step& step : steps)
        if (auto failure = trial.make(step)) return failure;
    return std::nullopt;
}

/// Removes from a failing sequence every part without which it still fails: halves, then quarters, down to single
/// steps.
template <template <typename> typename Trial, typename MakePlace, typename Step>
[[nodiscard]] failing_sequence<Step> shrink(MakePlace& make_place, failing_sequence<Step> found) {
    for (std::size_t chunk = found.steps.size(); chunk > 0; chunk = chunk == 1 ? 0 : (chunk + 1) / 2) {
        for (std::size_t at = 0; at < found.steps.size();) {
            std::vector<Step> fewer = found.steps;
            const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
            if (auto failure = failure_of<Trial>(make_place, fewer)) {
                found.steps = std::move(fewer);
                found.failure = *std::move(failure);
            } else {
                at += chunk;
            }
        }
    }
    return found;
}

/// The first of `sequences` random sequences that fails, unshrunk; `seed` is that of the first sequence.
template <template <typename> typename Trial, typename MakePlace>
[[nodiscard]] auto first_failure(MakePlace& make_place, std::uint64_t seed, std::size_t sequences, std::size_t steps) {
    using trial = Trial<decltype(make_place())>;
    using step = typename trial::step_type;
    std::optional<failing_sequence<step>> found;
    for (std::size_t sequence = 0; sequence < sequences && !found; ++sequence) {
        std::mt19937_64 random{seed + sequence};
        std::vector<step> all;
        for (std::size_t i = 0; i < steps; ++i) all.push_back(trial::any_step(random));
        if (auto failure = failure_of<Trial>(make_place, all))
            found = failing_sequence<step>{seed + sequence, std::move(all), *std::move(failure)};
    }
    return found;
}

}  // namespace shearline::inline v0_1::testing::detail

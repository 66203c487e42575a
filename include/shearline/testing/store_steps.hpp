// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The calls of a sequence for a store, as numbers: random, shrunk, or read from a fuzzer's bytes.
// Depends on std; never on a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing {

/// A kind of call.
enum class store_call : std::uint8_t {
    issue,
    issue_bounded,  ///< a credential that expires an hour and a half later
    rotate,         ///< the old key is revoked at once
    overlap,        ///< the old key is valid for one more hour
    revoke,
    revoke_key,
    suspend,
    resume,
    reveal,
    wait,         ///< the clock advances by half an hour
    fail,         ///< a transaction that writes and then fails
    stale,        ///< an update with an outdated version of a credential
    repeat,       ///< the same call twice, with one idempotency token
    flush_usage,  ///< writes the use counts to the store
    reopen,
    prune,  ///< deletes revoked keys of older generations
};
/// The number of kinds.
inline constexpr std::size_t store_calls = static_cast<std::size_t>(store_call::prune) + 1;

/// One call. `which` selects among the credentials that exist, so every step is valid anywhere in a sequence.
struct store_step {
    store_call call = store_call::issue;
    std::uint8_t which = 0;
};

/// The name of a call, as in a report.
[[nodiscard]] constexpr std::string_view to_string(store_call call) noexcept {
    constexpr std::string_view names[store_calls] = {
        "issue",  "issue_bounded", "rotate", "overlap", "revoke", "revoke_key",  "suspend", "resume",
        "reveal", "wait",          "fail",   "stale",   "repeat", "flush_usage", "reopen",  "prune"};
    return names[static_cast<std::size_t>(call)];
}

/// "issue(0), revoke(3)", as a failure is reported.
[[nodiscard]] inline std::string to_string(const std::vector<store_step>& steps) {
    std::string text;
    for (const store_step& step : steps) {
        if (!text.empty()) text += ", ";
        text.append(to_string(step.call)).append("(").append(std::to_string(step.which)).append(")");
    }
    return text;
}

/// Steps from bytes, two bytes each. For fuzzers.
[[nodiscard]] inline std::vector<store_step> steps_of(std::string_view bytes) {
    std::vector<store_step> steps;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        steps.push_back({static_cast<store_call>(static_cast<unsigned char>(bytes[i]) % store_calls),
                         static_cast<std::uint8_t>(bytes[i + 1])});
    return steps;
}

}  // namespace shearline::inline v0_1::testing

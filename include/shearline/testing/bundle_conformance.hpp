// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a bundle of policies: an authority and a verifier, through the whole life of a key.
// Depends on authority.hpp, verifier.hpp and store/memory_store.hpp; never on one policy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <shearline/policies.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/detail/bundle_trial.hpp>
#include <shearline/testing/memo_conformance.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// Issues, verifies with an authority and with a verifier, rotates, lets graces and credentials expire, suspends,
/// revokes, reveals and reads the audit, under a manual clock. Every answer is compared with what the library promises
/// for any bundle, and the memo is tested by `memo_conformance`. Negative controls: bundles with one wrong policy. Uses
/// a keyring in a temporary folder; takes seconds at most.
///
/// Example:
///     auto test_my_policies = []<typename Policies>() {  // such as policies<key_format<"acme">, recoverable>
///         const auto seen = shearline::testing::bundle_conformance<Policies>();
///         return seen ? std::string{"passed"} : seen.message();
///     };
template <typename Policies>
[[nodiscard]] report bundle_conformance() {
    using format = typename Policies::format;
    using hash = typename Policies::hash;
    using rotation = typename Policies::rotation;
    using custody = typename Policies::custody;
    using memo = typename Policies::memo;
    report seen = detail::bundle_trial<Policies>{}.run();
    const auto control = [&seen]<typename Wrong>(std::string_view what, std::optional<Wrong>) {
        seen.control(!detail::bundle_trial<Wrong>{}.run(), what);
    };
    control("a hash of the first characters",
            std::optional<policies<format, detail::short_hash<hash>, rotation, custody, memo>>{});
    control("a rotation that leaves the old key as it was",
            std::optional<policies<format, hash, detail::idle_rotation, custody, memo>>{});
    control("a rotation that announces a grace and gives none",
            std::optional<policies<format, hash, detail::lying_rotation, custody, memo>>{});
    control("a custody that reveals another text",
            std::optional<policies<format, hash, rotation, detail::careless_custody, memo>>{});
    control("a memo that matches every text",
            std::optional<policies<format, hash, rotation, custody, detail::blind_memo>>{});
    if constexpr (memo::remembers) seen.add(memo_conformance<memo>(), "memo");
    return seen;
}

}  // namespace shearline::inline v0_1::testing

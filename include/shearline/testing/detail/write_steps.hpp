// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The transactions of a sequence for a store, as numbers.
// Depends on std; never on a store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing::detail {

/// One transaction, or a read in between. Reports show the numbers.
enum class write_call : std::uint8_t {
    add_credential,
    add_key,
    change_credential,
    change_key,
    tell,      ///< a change and an audit event
    remember,  ///< an idempotency entry
    identify,  ///< the identity of the store
    prove,     ///< a proof of a credential
    bind,      ///< the hash of a format
    prune,
    use,     ///< counts uses
    fail,    ///< everything at once, and then an error
    refuse,  ///< writes that every store must refuse
    crowd,   ///< so many credentials that a list has several pages
    reopen,
};
inline constexpr std::size_t write_calls = static_cast<std::size_t>(write_call::reopen) + 1;

struct write_step {
    write_call call = write_call::add_credential;
    std::uint8_t which = 0;
};

[[nodiscard]] inline std::string to_string(const std::vector<write_step>& steps) {
    constexpr std::array<std::string_view, write_calls> names{"add_credential", "add_key", "change_credential",
                                                              "change_key",     "tell",    "remember",
                                                              "identify",       "prove",   "bind",
                                                              "prune",          "use",     "fail",
                                                              "refuse",         "crowd",   "reopen"};
    std::string text;
    for (const write_step& step : steps) {
        if (!text.empty()) text += ", ";
        text.append(names[static_cast<std::size_t>(step.call)])
            .append("(")
            .append(std::to_string(step.which))
            .append(")");
    }
    return text;
}

}  // namespace shearline::inline v0_1::testing::detail

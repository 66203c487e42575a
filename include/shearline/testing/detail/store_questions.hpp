// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a store is asked for a transcript of its answers.
// Depends on credential/, digest/ and format/handle.hpp; never on a store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/digest/digest_bytes.hpp>
#include <shearline/format/handle.hpp>

namespace shearline::inline v0_1::testing::detail {

/// What a store is asked about.
struct store_questions {
    std::vector<std::string> formats{};
    std::vector<std::string> tenants{};
    std::vector<credential_id> credentials{};
    std::vector<handle> handles{};
    std::vector<digest_bytes> tokens{};
    std::vector<timestamp> moments{};
    std::uint64_t changes = 0;
    bool inside = true;  ///< of a transaction, too
};

}  // namespace shearline::inline v0_1::testing::detail

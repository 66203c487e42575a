// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The questions for a transcript of a store's answers.
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

/// The credentials, keys and tokens to ask a store about.
struct store_questions {
    std::vector<std::string> formats{};
    std::vector<std::string> tenants{};
    std::vector<credential_id> credentials{};
    std::vector<handle> handles{};
    std::vector<digest_bytes> tokens{};
    std::vector<timestamp> moments{};
    std::vector<std::uint32_t> proof_keys{};
    std::uint64_t changes = 0;
    bool inside = true;  ///< also ask inside a transaction
};

}  // namespace shearline::inline v0_1::testing::detail

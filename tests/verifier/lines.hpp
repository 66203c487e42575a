// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Keys and tables for the tests of a verifier's memory.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>

#include <shearline/verifier/line_table.hpp>

namespace support {

using namespace shearline;
using namespace shearline::detail;

inline line_digest digest_of(std::uint64_t number) { return {number}; }
inline constexpr timestamp noon{line_epoch + std::chrono::hours{12}};
inline constexpr line_status active{.state = key_state::active, .pepper = 3};
inline constexpr line_status revoked{.state = key_state::revoked, .pepper = 3};

/// Each key has its own credential.
inline mirrored_credential owner_of(std::uint64_t number) {
    credential_id::bytes_type bytes{};
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return {credential_id::from_random(bytes), 0, 1};
}
inline mirrored_key key_of(std::uint64_t number, std::uint64_t digest) {
    return {handle{number}, digest_of(digest), active, {never, 7}};
}
inline mirrored_key key_of(std::uint64_t number) { return key_of(number, number); }

inline std::unique_ptr<line_table> table_of(std::uint64_t lines) {
    auto made = line_table::make(lines);
    BOOST_REQUIRE(static_cast<bool>(made));
    return *std::move(made);
}

template <typename Take>
std::set<std::pair<std::uint64_t, std::uint32_t>> taken(Take take) {
    std::set<std::pair<std::uint64_t, std::uint32_t>> all;
    take([&](handle key, std::uint32_t uses, line_seconds) { all.emplace(key.value, uses); });
    return all;
}

}  // namespace support

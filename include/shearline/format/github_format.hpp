// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The format of GitHub's classic tokens, and of npm's: `ghp_` + 30 base62 characters + their checksum.
// Depends on basic_format.hpp and checksum.hpp; never on a crypto library.
#pragma once

#include <shearline/format/alphabet.hpp>
#include <shearline/format/basic_format.hpp>
#include <shearline/format/checksum.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/format/fixed_string.hpp>
#include <shearline/format/layout.hpp>

namespace shearline::inline v0_1 {

/// `Prefix` ("ghp", "gho", "npm", ...), '_', 30 characters of secret (178 bits), and the CRC-32 of those 30 in 6 base62
/// digits, padded with '0': 40 characters for "ghp". No handle, so an authority cannot use it. (GitHub, "Behind
/// GitHub's new authentication token formats", 2021.)
template <fixed_string Prefix>
using github_format =
    basic_format<fixed_string{"github-"} + Prefix, environment::live, base62, literal<Prefix + fixed_string{"_"}>,
                 secret_field<30>, checksum_field<6, crc32, covers::secret>>;

}  // namespace shearline::inline v0_1

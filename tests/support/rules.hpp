// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Independent rules for the library's formats, from their ABNF, ranges and checksums, to compare parsers with.
#pragma once

#include <string>

#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/seam_format.hpp>
#include <shearline/testing/format_rules.hpp>

namespace support {

// "tok" and not a prefix in use, so that no file of a corpus looks like somebody's token.
using instance = shearline::key_format<"instance">;
using token = shearline::github_format<"tok">;
using seam = shearline::seam_format<"mycompany">;

inline const std::string base62_chars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline const std::string base58_chars = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// key = %s"instance_" 11digit 32digit 6digit; the handle from 1 to 2^64-1, the checksum up to 2^32-1
inline const shearline::testing::format_rules instance_rules{
    .alphabet = base62_chars,
    .fields = {shearline::testing::exactly("instance_"), shearline::testing::digits_from("00000000001", "LygHa16AHYF"),
               shearline::testing::digits(32), shearline::testing::digits_from("000000", "4gfFC3")},
    .covered_from = 0,
    .covered_to = 52,
    .checksum = shearline::testing::crc32_by_bits,
    .name = "instance",
    .environment = shearline::environment::live};

// key = %s"tok_" 30digit 6digit; the checksum, of the 30 digits, up to 2^32-1
inline const shearline::testing::format_rules token_rules{
    .alphabet = base62_chars,
    .fields = {shearline::testing::exactly("tok_"), shearline::testing::digits(30),
               shearline::testing::digits_from("000000", "4gfFC3")},
    .covered_from = 4,
    .covered_to = 34,
    .checksum = shearline::testing::crc32_by_bits,
    .name = "github-tok",
    .environment = shearline::environment::live};

// key = %s"mycompany_" 8digit %s"_" 24digit; the handle not zero
inline const shearline::testing::format_rules seam_rules{
    .alphabet = base58_chars,
    .fields = {shearline::testing::exactly("mycompany_"), shearline::testing::digits_from("11111112", "zzzzzzzz"),
               shearline::testing::exactly("_"), shearline::testing::digits(24)}};

}  // namespace support

// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the fuzz bodies share: how a broken promise ends the process, and the rules of the default format by hand.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "../tests/format/oracle.hpp"

inline void require(bool held, const char* promise) {
    if (held) return;
    std::fprintf(stderr, "broken: %s\n", promise);
    std::abort();
}

inline const std::string base62_chars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// key = %s"instance_" 11digit 32digit 6digit; the handle from 1 to 2^64-1, the checksum up to 2^32-1
inline const oracle::format instance_rules{
    .alphabet = base62_chars,
    .fields = {oracle::exactly("instance_"), oracle::digits_from("00000000001", "LygHa16AHYF"), oracle::digits(32),
               oracle::digits_from("000000", "4gfFC3")},
    .covered_from = 0,
    .covered_to = 52,
    .checksum = oracle::crc32};

// expects: give at most one checksum_field
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/basic_format.hpp>
#include <shearline/format/checksum.hpp>

using namespace shearline;

template <typename... Parts>
using format_of = basic_format<"mine", environment::live, base62, Parts...>;

#ifdef MUST_FAIL
using parts = format_of<literal<"x_">, secret_field<32>, checksum_field<6, crc32, covers::all_before>,
                        checksum_field<6, crc32, covers::all_before>>;
#else
using parts = format_of<literal<"x_">, secret_field<32>, checksum_field<6, crc32, covers::all_before>>;
#endif
static_assert(parts::chars > 0);

// expects: generate: a secret under 128 bits can be guessed
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

using namespace shearline;

// As a foreign format that carries no handle may be.
using short_format = basic_format<"theirs", environment::live, base62, literal<"thr_">, secret_field<20>,
                                  checksum_field<6, crc32, covers::secret>>;
#ifdef MUST_FAIL
using format = short_format;
#else
using format = unsafe_short_secret<short_format>;
#endif
auto make() { return generate<format>(); }

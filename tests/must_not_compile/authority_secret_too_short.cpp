// expects: authority: a secret under 128 bits can be guessed
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using namespace shearline;

using short_format = basic_format<"mine", environment::live, base62, literal<"mine_">, handle_field<11>,
                                  secret_field<21>, checksum_field<6, crc32, covers::all_before>>;
static_assert(short_format::secret_bits == 125);
#ifdef MUST_FAIL
using format = short_format;
#else
using format = unsafe_short_secret<short_format>;
#endif
auto open(memory_store& store, const keyring& ring) {
    return authority<policies<format>, memory_store>::open(store, ring);
}

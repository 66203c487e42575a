// expects: generate: a secret under 128 bits can be guessed
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

using namespace shearline;

// A format of a user's own, which need not say how many bits its secret has.
struct own_format : private key_format<"own"> {
    using base = key_format<"own">;
    using base::alphabet, base::chars, base::environment_of, base::greatest_handle, base::has_handle, base::name;
    using base::checksum_part, base::checksum_type, base::covered_by_checksum, base::handle_part, base::has_checksum;
    using base::layout, base::prefix, base::secret_chars, base::secret_part;
#ifndef MUST_FAIL
    using base::secret_bits;
#endif
};
auto make() { return generate<own_format>(); }

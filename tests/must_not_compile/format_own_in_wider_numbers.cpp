// expects: a format lacks `chars`, `secret_chars` or `secret_bits`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : private shearline::key_format<"instance"> {
    using base = shearline::key_format<"instance">;
    using base::alphabet, base::environment_of, base::greatest_handle, base::has_handle, base::name;
    using base::checksum_part, base::checksum_type, base::covered_by_checksum, base::handle_part, base::has_checksum;
    using base::layout;
    using base::prefix, base::secret_bits, base::secret_chars, base::secret_part;
#ifdef MUST_FAIL
    static constexpr int chars = 58;
#else
    using base::chars;
#endif
};
shearline::policies<mine> made;

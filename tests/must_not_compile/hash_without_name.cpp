// expects: a hash lacks `static constexpr std::string_view name`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : private shearline::hmac_sha256 {
    using hmac_sha256::key_state, hmac_sha256::mac, hmac_sha256::prepare;
#ifndef MUST_FAIL
    using hmac_sha256::name;
#endif
};
shearline::policies<shearline::key_format<"instance">, mine> made;

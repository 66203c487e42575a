// expects: declare it noexcept
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : shearline::hmac_sha256 {
    static shearline::digest_bytes mac(const key_state& state, std::span<const std::byte> message)
#ifndef MUST_FAIL
        noexcept
#endif
    {
        return hmac_sha256::mac(state, message);
    }
};
shearline::policies<shearline::key_format<"instance">, mine> made;

// expects: a hash lacks `static key_state prepare(
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine {
    static constexpr std::string_view name = "mine";
    using key_state = shearline::hmac_sha256::key_state;
#ifndef MUST_FAIL
    static key_state prepare(std::span<const std::byte, 32> key) { return shearline::hmac_sha256::prepare(key); }
#endif
    static shearline::digest_bytes mac(const key_state& state, std::span<const std::byte> message) noexcept {
        return shearline::hmac_sha256::mac(state, message);
    }
};
shearline::policies<shearline::key_format<"instance">, mine> made;

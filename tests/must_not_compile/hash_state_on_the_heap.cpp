// expects: or it is not trivially copyable
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <vector>

#include <shearline/shearline.hpp>

struct mine {
    static constexpr std::string_view name = "mine";
#ifdef MUST_FAIL
    using key_state = std::vector<std::byte>;
#else
    using key_state = std::array<std::byte, 32>;
#endif
    static key_state prepare(std::span<const std::byte, 32>) { return key_state(); }
    static shearline::digest_bytes mac(const key_state&, std::span<const std::byte>) noexcept { return {}; }
};
shearline::policies<shearline::key_format<"instance">, mine> made;

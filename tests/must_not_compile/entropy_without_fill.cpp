// expects: Entropy lacks `result<void> fill(std::span<std::byte>) noexcept`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

using namespace shearline;

struct mine {
    system_entropy from;
#ifdef MUST_FAIL
    result<void> fill(std::array<std::byte, 8>& out) noexcept { return from.fill(out); }
#else
    result<void> fill(std::span<std::byte> out) noexcept { return from.fill(out); }
#endif
};
auto make(mine& entropy) { return generate<key_format<"instance">>(entropy); }

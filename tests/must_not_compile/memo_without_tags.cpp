// expects: lacks `tag`, `of` or `same`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine {
#ifdef MUST_FAIL
    static constexpr bool remembers = true;
#else
    static constexpr bool remembers = false;
#endif
    struct key {};
    static key make_key() noexcept { return {}; }
};
shearline::policies<shearline::key_format<"instance">, mine> made;

// expects: or `of_many` is of another type or may throw
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : shearline::siphash_memo {
#ifdef MUST_FAIL
    static auto of_many() { return siphash_memo::of_many(); }
#else
    static auto of_many() noexcept { return siphash_memo::of_many(); }
#endif
};
shearline::policies<shearline::key_format<"instance">, mine> made;

// expects: a memo lacks `key` or `static key make_key() noexcept`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : shearline::siphash_memo {
#ifdef MUST_FAIL
    static key make_key() { return siphash_memo::make_key(); }
#endif
};
shearline::policies<shearline::key_format<"instance">, mine> made;

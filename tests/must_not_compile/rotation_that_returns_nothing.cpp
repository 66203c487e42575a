// expects: must return result<void>
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine {
#ifdef MUST_FAIL
    static void replace(shearline::record& old, shearline::timestamp now) { (void)shearline::retire(old, now); }
#else
    static shearline::result<void> replace(shearline::record& old, shearline::timestamp now) {
        return shearline::retire(old, now);
    }
#endif
};
shearline::policies<shearline::key_format<"instance">, mine> made;

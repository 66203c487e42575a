// expects: the `replace` of a rotation must take record&: of a copy it changes nothing
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine {
#ifdef MUST_FAIL
    static shearline::result<void> replace(shearline::record old, shearline::timestamp now){
#else
    static shearline::result<void> replace(shearline::record& old, shearline::timestamp now) {
#endif
        return shearline::revoke(old, now);
}
}
;
shearline::policies<shearline::key_format<"instance">, mine> made;

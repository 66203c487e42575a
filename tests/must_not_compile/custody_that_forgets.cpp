// expects: lacks `seal` or `open`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

#ifdef MUST_FAIL
struct mine {
    static constexpr bool keeps_text = true;
};
#else
struct mine : shearline::recoverable {};
#endif
shearline::policies<shearline::key_format<"instance">, mine> made;

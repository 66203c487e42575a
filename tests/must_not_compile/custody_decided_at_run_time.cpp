// expects: a custody lacks `static constexpr bool keeps_text`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : shearline::recoverable {
#ifdef MUST_FAIL
    static inline bool keeps_text = true;
#endif
};
shearline::policies<shearline::key_format<"instance">, mine> made;

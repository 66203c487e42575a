// expects: a custody lacks `static constexpr bool keeps_text`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

struct mine : private shearline::recoverable {
    using recoverable::open, recoverable::seal;
#ifndef MUST_FAIL
    using recoverable::keeps_text;
#endif
};
shearline::policies<shearline::key_format<"instance">, mine> made;
